/* The editor of an article. On a form with data-editor:
   - the Markdown of its textarea is shown in [data-editor-preview], as data-preview-url renders it, shortly after each pause;
   - files that are pasted, dropped or chosen in [data-editor-files] are sent to data-upload-url, and what shows them is put in
     where the cursor stands. What did not arrive is said in [data-editor-said]. */

import { post } from "./request.js";

const pause = 500;
const known = new WeakSet();

/** Starts the editors. */
export function start(forms) {
  for (const form of forms) {
    if (known.has(form)) continue;
    known.add(form);
    new Editor(form);
  }
}

class Editor {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("textarea");
    this.pane = form.querySelector("[data-editor-preview]");
    this.said = form.querySelector("[data-editor-said]");
    this.asked = 0;
    this.text.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.preview(), pause);
    });
    const files = form.querySelector("[data-editor-files]");
    files?.addEventListener("change", () => {
      this.send([...files.files]);
      files.value = "";
    });
    this.text.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.send([...event.clipboardData.files]);
    });
    this.text.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.text.classList.add("is-over");
    });
    this.text.addEventListener("dragleave", () => this.text.classList.remove("is-over"));
    this.text.addEventListener("drop", (event) => {
      this.text.classList.remove("is-over");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.send([...event.dataTransfer.files]);
    });
  }

  /** Shows the newest answer only: an older one that comes late is left. */
  async preview() {
    const mine = ++this.asked;
    const data = new FormData();
    data.set("text", this.text.value);
    try {
      const response = await post(this.form.dataset.previewUrl, data, this.form);
      if (!response.ok) throw new Error(String(response.status));
      const html = await response.text();
      // The server has cleaned it; the page's policy forbids scripts besides.
      if (mine === this.asked) this.pane.innerHTML = html;
    } catch {
      if (mine === this.asked) this.pane.textContent = this.pane.dataset.textFailed;
    }
  }

  async send(files) {
    for (const file of files) {
      this.say(this.form.dataset.textUploading, file);
      const data = new FormData();
      data.set("file", file, file.name || "picture.png");
      try {
        const response = await post(this.form.dataset.uploadUrl, data, this.form, { seconds: 300 });
        const answer = await response.json();
        if (!response.ok) throw new Error(answer.error);
        insert(this.text, answer.markdown);
        this.said.textContent = "";
      } catch (error) {
        const reason = error instanceof SyntaxError || !error.message ? "" : ` ${error.message}`;
        this.say(this.form.dataset.textFailed, file, reason);
      }
    }
  }

  say(pattern, file, more = "") {
    this.said.textContent = pattern.replace("{name}", file.name || "picture.png") + more;
  }
}

/** Puts words where the cursor stands, such that they can be undone and the form knows. */
export function insert(text, words) {
  text.focus();
  // The only way that keeps the browser's own undo; without it the words still go in.
  if (!document.execCommand("insertText", false, words)) text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}
