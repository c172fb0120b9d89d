/* Ctrl+K: go anywhere. Over the page's own [data-command] links and buttons, and what data-palette-url answers:
   JSON {items: [{label, url, hint}]} for ?q=… . */

let palette = null;
let started = false;

/** Starts listening, once. */
export function start() {
  if (started) return;
  started = true;
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (document.querySelector("dialog[open]:not(.palette)")) return;
    event.preventDefault();
    palette ??= new Palette();
    palette.toggle();
  });
}

class Palette {
  constructor() {
    const words = document.querySelector("[data-palette-title]")?.dataset ?? {};
    this.words = { title: words.paletteTitle ?? "Go anywhere", empty: words.paletteEmpty ?? "Nothing found." };
    this.url = document.querySelector("[data-palette-url]")?.dataset.paletteUrl;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "dialog palette";
    this.dialog.setAttribute("aria-label", this.words.title);
    this.input = this.dialog.appendChild(document.createElement("input"));
    this.input.type = "text";
    this.input.placeholder = this.words.title;
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-label": this.words.title,
      "aria-expanded": "true",
      "aria-controls": "palette-list",
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
    }))
      this.input.setAttribute(name, value);
    this.list = this.dialog.appendChild(document.createElement("div"));
    this.list.id = "palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.words.title);
    this.none = this.dialog.appendChild(document.createElement("p"));
    this.none.setAttribute("role", "status");
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.press(event));
    document.body.append(this.dialog);
  }

  toggle() {
    if (this.dialog.open) return this.dialog.close();
    this.input.value = "";
    this.commands = commands();
    this.show(this.commands);
    this.dialog.showModal();
    this.input.focus();
  }

  search() {
    const query = this.input.value.trim();
    const words = fold(query).split(/\s+/).filter(Boolean);
    const near = this.commands.filter((item) => words.every((word) => fold(item.label).includes(word)));
    this.show(near);
    clearTimeout(this.timer);
    this.request?.abort();
    if (this.url && query.length > 1) this.timer = setTimeout(() => this.ask(query, near), 150);
  }

  async ask(query, near) {
    this.request = new AbortController();
    const url = new URL(this.url, location.href);
    url.searchParams.set("q", query);
    try {
      const response = await fetch(url, { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const { items } = await response.json();
      const known = new Set(near.map((item) => item.url));
      this.show([...near, ...items.filter((item) => !known.has(item.url))]);
    } catch {
      /* Out of reach or overtaken by the next key: the page's own commands stay. */
    }
  }

  show(items) {
    this.items = items.slice(0, 30);
    this.list.replaceChildren(
      ...this.items.map((item, index) => {
        const option = document.createElement("div");
        option.id = `palette-${index}`;
        option.setAttribute("role", "option");
        option.appendChild(document.createElement("span")).textContent = item.label;
        if (item.hint) option.appendChild(document.createElement("small")).textContent = item.hint;
        option.addEventListener("click", () => this.run(item));
        option.addEventListener("pointermove", () => this.choose(index));
        return option;
      }),
    );
    this.none.textContent = this.items.length ? "" : this.words.empty;
    this.none.hidden = this.items.length > 0;
    this.choose(0);
  }

  choose(index) {
    if (!this.items.length) return this.input.removeAttribute("aria-activedescendant");
    this.index = (index + this.items.length) % this.items.length;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === this.index)));
    this.input.setAttribute("aria-activedescendant", `palette-${this.index}`);
    this.list.children[this.index].scrollIntoView({ block: "nearest" });
  }

  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.choose(this.index + step);
    } else if (event.key === "Enter" && this.items.length && !event.isComposing) {
      event.preventDefault();
      this.run(this.items[this.index]);
    }
  }

  run(item) {
    this.dialog.close();
    if (item.element) item.element.click();
    else location.assign(item.url);
  }
}

/** Returns the page's commands, each once, with its key as the hint. */
function commands() {
  const seen = new Set();
  const found = [];
  for (const element of document.querySelectorAll("[data-command]")) {
    const label = element.dataset.command || text(element);
    const url = element.href;
    const mark = url ?? label;
    if (!label || seen.has(mark) || element.disabled) continue;
    seen.add(mark);
    found.push({ label, url, hint: element.dataset.key ?? "", element: url ? null : element });
  }
  return found;
}

function text(element) {
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, b")) extra.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function fold(words) {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
