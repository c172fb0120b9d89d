/* Menus are <details>; with JavaScript they also close on Escape, on a click elsewhere, and when another one opens. */

let listening = false;

/** Starts the menus. */
export function start() {
  if (listening) return;
  listening = true;

  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
}

function open() {
  return document.querySelectorAll("[data-menu][open]");
}
