/* Loads what the page asks for with data- attributes, and nothing else. Everything works without it. */

const loaders = [
  ["[data-theme-switch]", () => import("./theme.js")],
  ["[data-menu]", () => import("./menu.js")],
  ["[data-bell]", () => import("./bell.js")],
  ["[data-due]", () => import("./countdown.js")],
  ["[data-composer]", () => import("./composer.js")],
  ["[data-draft-url]", () => import("./draft.js")],
  ["[data-upload]", () => import("./upload.js")],
  ["[data-editor]", () => import("./editor.js")],
  ["[data-insertion]", () => import("./insertion.js")],
  [".admin-autocomplete:not([name*=__prefix__])", () => import("./autocomplete.js")],
  ["select.selectfilter", () => import("./transfer_list.js")],
  ["[data-suggest-url]", () => import("./suggest.js")],
  ["[data-answers]", () => import("./answers.js")],
  ["[data-found]", () => import("./found.js")],
  ["[data-toc]", () => import("./toc.js")],
  ["[data-video]", () => import("./video.js")],
  ["[data-question]", () => import("./question.js")],
  ["[data-time-zone]", () => import("./time_zone.js")],
  ["[data-dialog]", () => import("./dialog.js")],
  ["[data-list], [data-key]", () => import("./keys.js")],
  ["[data-command], [data-palette-url]", () => import("./palette.js")],
  ["[data-prose]", () => import("./article.js")],
];

/** Starts each module on the parts of `root` that ask for it; a module must bear being started twice on one element. */
function enhance(root) {
  for (const [selector, load] of loaders) {
    const elements = [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    if (elements.length) load().then((module) => module.start(elements));
  }
}

enhance(document);
document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && enhance(event.detail.elt));

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  const form = event.target.closest?.("form");
  const token =
    form?.elements.namedItem("csrfmiddlewaretoken")?.value ??
    document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
