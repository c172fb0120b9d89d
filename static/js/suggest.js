/* Suggestions while one types. On a search form with data-suggest-url: its field becomes a combobox whose list the server
   writes (?q=…), of links. Arrow keys choose, Enter opens what is chosen, else sends the form; Escape closes. A request
   that a newer key overtook is aborted, and a server that asks for a pause (429) gets it. What is opened is told to
   data-click-url. Without this the form is a form. */

import { tell } from "./found.js";

const idle = 120;
const longest = 200;
const remembered = 50;
const known = new WeakSet();
let count = 0;

/** Starts the forms. */
export function start(forms) {
  for (const form of forms) {
    if (known.has(form)) continue;
    known.add(form);
    const input = form.querySelector('input[name="q"]');
    if (input) new Suggestions(form, input);
  }
}

class Suggestions {
  constructor(form, input) {
    Object.assign(this, { form, input, answers: new Map(), index: -1, silentUntil: 0 });
    const id = `suggestions-${++count}`;
    this.list = document.createElement("div");
    this.list.id = id;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", form.getAttribute("aria-label") ?? "");
    this.said = document.createElement("span");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    form.append(this.list, this.said);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.wait());
    input.addEventListener("focus", () => this.typed() && this.wait());
    input.addEventListener("keydown", (event) => this.press(event));
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || this.close());
    form.addEventListener("submit", () => this.close());
    // The field keeps the focus while one presses in the list, so that the list stays until the click is done.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    for (const kind of ["click", "auxclick"]) this.list.addEventListener(kind, (event) => this.opened(event));
  }

  typed() {
    const text = this.input.value.trim().replace(/\s+/g, " ");
    return text.length > 1 && text.length <= longest ? text : "";
  }

  wait() {
    clearTimeout(this.timer);
    this.request?.abort();
    const text = this.typed();
    if (!text) return this.close();
    if (this.answers.has(text)) return this.show(text);
    this.timer = setTimeout(() => this.ask(text), Math.max(idle, this.silentUntil - Date.now()));
  }

  async ask(text) {
    this.request = new AbortController();
    const url = new URL(this.form.dataset.suggestUrl, location.href);
    url.searchParams.set("q", text);
    try {
      const response = await fetch(url, { signal: this.request.signal, headers: { Accept: "text/html" } });
      if (response.status === 429) this.silentUntil = Date.now() + 1000 * (Number(response.headers.get("Retry-After")) || 15);
      if (!response.ok) return this.close();
      if (this.answers.size > remembered) this.answers.clear();
      // The server has escaped it, and the page's policy forbids scripts besides.
      this.answers.set(text, await response.text());
      this.token = response.headers.get("X-CSRF-Token");
    } catch {
      return; // Overtaken by the next key, or out of reach: the form still works.
    }
    if (text === this.typed() && document.activeElement === this.input) this.show(text);
  }

  show(text) {
    this.list.innerHTML = this.answers.get(text);
    this.choose(-1);
    const number = this.list.querySelectorAll("[data-key-found]").length;
    this.list.hidden = number === 0;
    this.input.setAttribute("aria-expanded", String(number > 0));
    const { textOne = "", textMany = "" } = this.form.dataset;
    this.said.textContent = number === 0 ? "" : number === 1 ? textOne : textMany.replace("{n}", number);
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.said.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.choose(-1);
  }

  options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  /** Chooses an option; -1 is the field itself, which the arrow keys reach again after the last. */
  choose(index) {
    const options = this.options();
    this.index = index < -1 ? options.length - 1 : index >= options.length ? -1 : index;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.index)));
    const chosen = options[this.index];
    if (!chosen) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (this.list.hidden) return this.wait();
      this.choose(this.index + step);
    } else if (event.key === "Enter" && !this.list.hidden && this.index >= 0) {
      event.preventDefault();
      this.options()[this.index].click();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault(); // which would empty the field
      this.close();
    }
  }

  opened(event) {
    const link = event.target.closest("[data-key-found]");
    if (!link || event.button > 1) return;
    const fields = { q: this.typed(), key: link.dataset.keyFound, csrfmiddlewaretoken: this.token };
    tell(this.form.dataset.clickUrl, fields);
  }
}
