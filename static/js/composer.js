/* The box in which one writes. On a form with data-composer:
   - Ctrl+Enter (or Cmd+Enter) presses the button marked data-send (else the first submit button);
   - radio buttons marked data-mode set the form's data-mode, so that a note looks like a note;
   - a button marked data-preview shows the Markdown of the textarea as data-preview-url renders it, in .preview;
   - a second submit while the first is on its way is ignored. */

import { post } from "./request.js";

const known = new WeakSet();

/** Starts the composers. */
export function start(forms) {
  for (const form of forms) {
    if (known.has(form)) continue;
    known.add(form);
    form.addEventListener("keydown", (event) => send(event, form));
    form.addEventListener("submit", (event) => once(event, form));
    for (const choice of form.querySelectorAll("[data-mode]")) {
      choice.addEventListener("change", () => setMode(form));
      // A key clicks the radio button; whoever presses r or n means to write.
      choice.addEventListener("click", (event) => event.detail === 0 && event.isTrusted === false && textOf(form)?.focus());
    }
    setMode(form);
    preview(form);
  }
  // Back from the next page: the browser may bring this one as it was left, with its buttons held.
  addEventListener("pageshow", (event) => event.persisted && forms.forEach(release));
}

function textOf(form) {
  return form.querySelector("textarea");
}

function setMode(form) {
  const chosen = form.querySelector("[data-mode]:checked");
  if (chosen) form.dataset.mode = chosen.dataset.mode;
}

function send(event, form) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-send]:not(:disabled)") ?? undefined);
}

function once(event, form) {
  if (event.defaultPrevented) return;
  if (form.dataset.sending) return event.preventDefault();
  if (form.querySelector(".file.uploading")) {
    event.preventDefault();
    form.querySelector(".file.uploading").scrollIntoView({ block: "nearest" });
    return;
  }
  form.dataset.sending = "1";
  // After the browser has read the form, so that the pressed button's own value is still sent.
  setTimeout(() => {
    for (const button of form.querySelectorAll('button:not([type="button"])')) button.setAttribute("aria-busy", "true");
  });
  form.addEventListener("htmx:afterRequest", () => release(form), { once: true });
}

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function preview(form) {
  const button = form.querySelector("[data-preview]");
  const url = form.dataset.previewUrl;
  const text = textOf(form);
  if (!button || !url || !text) return;
  const pane = form.querySelector(".preview") ?? text.insertAdjacentElement("afterend", document.createElement("div"));
  pane.classList.add("preview", "prose");
  pane.setAttribute("aria-live", "polite");
  pane.hidden = true;
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", async () => {
    const open = pane.hidden;
    if (open) {
      const data = new FormData();
      data.set("text", text.value);
      try {
        const response = await post(url, data, form);
        if (!response.ok) throw new Error(response.status);
        // The server has cleaned it; the page's policy forbids scripts besides.
        pane.innerHTML = await response.text();
      } catch {
        pane.textContent = button.dataset.textFailed ?? "The preview could not be fetched. What you wrote is still here.";
      }
    }
    pane.hidden = !open;
    text.hidden = open;
    button.setAttribute("aria-pressed", String(open));
    if (!open) text.focus();
  });
}
