/* Keys. `data-key="r"` on a link, button or input: pressing r clicks (or focuses) it; `data-key="g q"` is a sequence.
   `?` lists all keys of the page. In a [data-list], j and k move, Enter opens, x selects.
   Never while one types, and never together with Ctrl, Alt or Meta, so that no browser shortcut is taken. */

import { build } from "./dialog.js";

const patience = 1200;
let started = false;
let first = "";
let forget;

/** Starts listening, once. */
export function start() {
  if (started) return;
  started = true;
  document.addEventListener("keydown", press);
}

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  // Single keys can be turned off (WCAG 2.1.4), since those who speak to their computer would press them by talking.
  if (document.body.dataset.keys === "off") return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") return act(event, list);

  const sequence = first ? `${first} ${event.key}` : event.key;
  clearTimeout(forget);
  const starts = !first && keyed().some((element) => element.dataset.key.startsWith(`${event.key} `));
  first = starts ? event.key : "";
  forget = setTimeout(() => (first = ""), patience);

  const target = keyed().find((element) => element.dataset.key === sequence);
  if (target) return act(event, () => use(target));
  if (event.key === "Enter" || sequence.length > 1) return enter(event);
  move(event);
}

function act(event, what) {
  event.preventDefault();
  what();
}

function typing(element) {
  if (element.isContentEditable) return true;
  if (element.matches?.("textarea, select")) return true;
  return element.matches?.('input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])') ?? false;
}

function keyed() {
  return [...document.querySelectorAll("[data-key]")].filter((element) => element.checkVisibility());
}

function use(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else if (element.matches("details")) {
    element.open = true;
    element.querySelector("summary").focus();
  } else {
    element.click();
  }
}

// --- Lists ---------------------------------------------------------------------------------------------

function rows() {
  return [...document.querySelectorAll("[data-list] > .row, [data-list] [data-row]")];
}

function current() {
  return rows().find((row) => row.contains(document.activeElement)) ?? document.querySelector("[data-list] .is-current");
}

function move(event) {
  const step = { j: 1, k: -1 }[event.key];
  const row = current();
  if (step) {
    const all = rows();
    const next = all[row ? all.indexOf(row) + step : 0];
    if (next) act(event, () => go(next));
  } else if (event.key === "x" && row) {
    const box = row.querySelector('input[type="checkbox"]');
    if (box) act(event, () => box.click());
  }
}

function go(row) {
  for (const other of document.querySelectorAll("[data-list] .is-current")) other.classList.remove("is-current");
  row.classList.add("is-current");
  (row.matches("a, button, [tabindex]") ? row : row.querySelector("a[href], button"))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function enter(event) {
  if (event.key !== "Enter" || document.activeElement !== document.body) return;
  const row = current();
  const link = row?.matches("a") ? row : row?.querySelector("a[href]");
  if (link) act(event, () => link.click());
}

// --- The list of all keys --------------------------------------------------------------------------------

let shown = null;

function list() {
  const words = document.querySelector("[data-keys-title]")?.dataset ?? {};
  shown ??= build(words.keysTitle ?? "Keys", words.keysClose ?? "Close");
  const terms = document.createElement("dl");
  terms.className = "keys";
  const seen = new Set();
  const add = (keys, name) => {
    if (seen.has(keys) || !name) return;
    seen.add(keys);
    const pair = terms.appendChild(document.createElement("div"));
    pair.appendChild(document.createElement("dt")).textContent = name;
    const cell = pair.appendChild(document.createElement("dd"));
    for (const key of keys.split(" ")) cell.appendChild(document.createElement("kbd")).textContent = key;
  };
  for (const element of keyed()) add(element.dataset.key, name(element));
  if (rows().length) {
    add("j", words.keysDown ?? "Next row");
    add("k", words.keysUp ?? "Row before");
    add("Enter", words.keysOpen ?? "Open");
    if (document.querySelector("[data-list] input[type=checkbox]")) add("x", words.keysSelect ?? "Select");
  }
  const ctrl = words.keysCtrl ?? "Ctrl";
  if (document.querySelector("[data-composer]")) add(`${ctrl} Enter`, words.keysSend ?? "Send");
  add(`${ctrl} k`, words.keysPalette ?? "Go anywhere");
  add("?", words.keysThis ?? "These keys");
  shown.body.replaceChildren(terms);
  shown.dialog.showModal();
}

function name(element) {
  if (element.dataset.keyName) return element.dataset.keyName;
  if (element.ariaLabel) return element.ariaLabel;
  const copy = (element.labels?.[0] ?? element).cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, b, .visually-hidden")) extra.remove();
  return copy.textContent.trim().replace(/\s+/g, " ") || element.title || element.placeholder;
}
