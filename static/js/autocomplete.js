/* The admin's search fields (Select2) are drawn without the name of their label; this gives it back to screen readers. */

const followed = new WeakSet();

function nameOf(select) {
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  return label?.textContent.trim().replace(/:$/, "") || select.name;
}

function name(select) {
  const box = select.nextElementSibling?.querySelector(".select2-selection");
  if (!box) return false;
  const text = nameOf(select);
  box.removeAttribute("aria-labelledby");
  box.querySelector(".select2-selection__rendered")?.setAttribute("aria-label", text);
  box.setAttribute("aria-label", [text, select.selectedOptions[0]?.textContent.trim()].filter(Boolean).join(": "));
  return true;
}

/** The list that opens lies at the end of the page, away from its field: it is a region of its own with the field's name. */
function nameOpened(select) {
  const box = select.nextElementSibling.querySelector(".select2-selection");
  if (box.getAttribute("aria-owns")) box.setAttribute("aria-controls", box.getAttribute("aria-owns"));
  const opened = document.querySelector("body > .select2-container--open");
  opened?.setAttribute("role", "region");
  opened?.setAttribute("aria-label", nameOf(select));
  opened?.querySelector(".select2-search__field")?.setAttribute("aria-label", nameOf(select));
}

function follow(select) {
  if (followed.has(select)) return;
  followed.add(select);
  const wait = () => {
    if (name(select)) select.dataset.named = "true";
    else setTimeout(wait, 50);
  };
  wait();
  // Select2 speaks jQuery, whose events no listener of the browser hears.
  window
    .django?.jQuery(select)
    .on("change", () => setTimeout(() => name(select)))
    .on("select2:open", () => nameOpened(select));
}

export function start(elements) {
  elements.forEach(follow);
  document.addEventListener("formset:added", () =>
    document.querySelectorAll(".admin-autocomplete:not([name*=__prefix__])").forEach(follow),
  );
}
