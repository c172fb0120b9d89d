/* The panel of notices is a popover, which opens and closes without us; when it opens, it asks for what is new. */

/** Tells each panel that it opened, so that htmx fetches its lines. */
export function start(panels) {
  for (const panel of panels) {
    if (panel.dataset.started) continue;
    panel.dataset.started = "yes";
    panel.addEventListener("toggle", (event) => {
      if (event.newState === "open") panel.dispatchEvent(new Event("opened"));
    });
  }
}
