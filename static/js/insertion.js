/* "Answer with an article": buttons with data-insert inside of [data-insertion] put their words into the textarea of the form that
   data-insertion names by its id, or the one around. */

import { insert } from "./editor.js";

const known = new WeakSet();

/** Starts the boxes. */
export function start(boxes) {
  for (const box of boxes) {
    if (known.has(box)) continue;
    known.add(box);
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-insert]");
      const text = box.closest("form")?.querySelector("textarea");
      if (!button || !text) return;
      const before = text.value.slice(0, text.selectionStart);
      insert(text, (before && !/\s$/.test(before) ? " " : "") + button.dataset.insert);
      const details = box.closest("details");
      if (details) details.open = false;
      text.focus();
    });
    box.addEventListener("toggle", () => box.open && box.querySelector('[type="search"]')?.focus());
    // Enter in the search field searches at once; it must not send the answer.
    box.addEventListener("keydown", (event) => event.key === "Enter" && event.target.type === "search" && event.preventDefault());
  }
}
