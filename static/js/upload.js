/* Files by drop, paste and choice, sent one after the other with progress. On an element with data-upload that holds an
   <input type="file" multiple>; each file that arrived becomes <input type="hidden" name="attachments" value="key">.
   What failed stays in the list with its reason and can be tried again; what is taken off the list is removed from
   the server, too. */

import { post, token } from "./request.js";

const known = new WeakSet();

/** Starts the zones. */
export function start(zones) {
  for (const zone of zones) {
    if (known.has(zone)) continue;
    known.add(zone);
    new Zone(zone);
  }
}

class Zone {
  constructor(element) {
    this.element = element;
    this.form = element.closest("form");
    this.input = element.querySelector('input[type="file"]');
    this.list = this.form.querySelector("[data-upload-list]");
    this.words = element.dataset;
    this.line = Promise.resolve();
    element.querySelector("[data-upload-hint]")?.removeAttribute("hidden");
    for (const item of this.list.querySelectorAll(".file")) this.addRemove(item);

    this.input.addEventListener("change", () => {
      this.take(this.input.files);
      // They are on their way already; the form must not send them again.
      this.input.value = "";
    });
    const over = (event, is) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      element.classList.toggle("is-over", is);
    };
    for (const target of new Set([element, this.form])) {
      target.addEventListener("dragover", (event) => over(event, true));
      target.addEventListener("dragleave", (event) => target.contains(event.relatedTarget) || over(event, false));
    }
    this.form.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      over(event, false);
      this.take(event.dataTransfer.files);
    });
    this.form.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.take(event.clipboardData.files);
    });
  }

  take(files) {
    for (const file of files) {
      const item = this.item(file);
      const room = Number(this.words.maxFiles) || Infinity;
      const kept = this.list.querySelectorAll(".file:not(.failed)").length;
      if (Number(this.words.maxBytes) < file.size) this.fail(item, file, this.words.textTooBig, false);
      else if (kept > room) this.fail(item, file, this.words.textTooMany, false);
      else this.queue(item, file);
    }
  }

  queue(item, file) {
    item.className = "file uploading";
    this.line = this.line.then(() => (item.isConnected ? this.send(item, file) : undefined));
  }

  item(file) {
    const item = document.createElement("li");
    item.className = "file uploading";
    const kind = item.appendChild(document.createElement("span"));
    kind.className = "kind";
    kind.setAttribute("aria-hidden", "true");
    kind.textContent = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4) : "file";
    const name = item.appendChild(document.createElement("span"));
    name.className = "name";
    name.textContent = file.name;
    const about = item.appendChild(document.createElement("span"));
    about.className = "about";
    about.setAttribute("aria-live", "polite");
    about.textContent = size(file.size);
    this.addRemove(item);
    this.list.append(item);
    return item;
  }

  addRemove(item) {
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "btn quiet small icon-only";
    button.textContent = "✕";
    button.setAttribute("aria-label", `${this.words.textRemove ?? "Remove"} ${item.querySelector(".name").textContent}`);
    button.addEventListener("click", () => {
      item.request?.abort();
      item.remove();
      this.giveUp(item.dataset.removalUrl);
      this.changed();
      this.input.focus();
    });
  }

  /** Removes a file from the server. If that fails it is gone after a day, like all that nobody sent. */
  giveUp(url) {
    if (url) post(url, new FormData(), this.form, { keepalive: true }).catch(() => {});
  }

  send(item, file) {
    return new Promise((done) => {
      const progress = document.createElement("progress");
      progress.max = 1;
      progress.value = 0;
      progress.setAttribute("aria-label", `${file.name}: ${this.words.textUploading ?? "uploading"}`);
      item.querySelector(".about").after(progress);

      const request = (item.request = new XMLHttpRequest());
      request.open("POST", this.words.uploadUrl);
      request.responseType = "json";
      request.setRequestHeader("X-CSRFToken", token(this.form));
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) progress.value = event.loaded / event.total;
      });
      request.addEventListener("load", () => {
        if (request.status < 300 && request.response?.key) this.arrived(item, file, request.response);
        else this.fail(item, file, request.response?.error ?? this.words.textFailed, request.status >= 500);
      });
      request.addEventListener("error", () => this.fail(item, file, this.words.textFailed, true));
      request.addEventListener("loadend", () => {
        progress.remove();
        done();
      });
      const data = new FormData();
      data.set("file", file, file.name || "picture.png");
      request.send(data);
    });
  }

  arrived(item, file, answer) {
    item.className = "file";
    item.querySelector(".name").textContent = answer.name ?? file.name;
    const ready = (answer.state === "pending" && this.words.textChecking) || (this.words.textReady ?? "ready");
    item.querySelector(".about").textContent = `${size(answer.size ?? file.size)} · ${ready}`;
    if (answer.removal_url) item.dataset.removalUrl = answer.removal_url;
    if (answer.thumbnail_url && answer.state === "clean") {
      const picture = document.createElement("img");
      Object.assign(picture, { src: answer.thumbnail_url, alt: "", width: 36, height: 36 });
      item.querySelector(".kind").replaceWith(picture);
    }
    const hidden = item.appendChild(document.createElement("input"));
    hidden.type = "hidden";
    hidden.name = "attachments";
    hidden.value = answer.key;
    this.changed();
  }

  fail(item, file, reason, again) {
    item.className = "file failed";
    item.querySelector(".about").textContent = reason ?? "did not arrive";
    if (!again) return;
    const retry = item.querySelector(".about").appendChild(document.createElement("button"));
    retry.type = "button";
    retry.className = "as-link";
    retry.textContent = this.words.textRetry ?? "Try again";
    retry.before(" ");
    retry.addEventListener("click", () => {
      item.querySelector(".about").textContent = size(file.size);
      this.queue(item, file);
    });
  }

  /** Lets the draft know. */
  changed() {
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return new Intl.NumberFormat(document.documentElement.lang || "en", {
    style: "unit",
    unit: units[power],
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1024 ** power);
}
