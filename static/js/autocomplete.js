/* The admin's search fields (Select2) are drawn without the name of their label; this gives it back to screen readers. */

function name(select) {
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const text = label?.textContent.trim() || select.closest("td")?.className.replace("field-", "") || select.name;
  const box = select.nextElementSibling?.querySelector(".select2-selection");
  if (!box) return false;
  box.removeAttribute("aria-labelledby");
  box.querySelector(".select2-selection__rendered")?.setAttribute("aria-label", text);
  box.setAttribute("aria-label", [text, select.selectedOptions[0]?.textContent.trim()].filter(Boolean).join(": "));
  return true;
}

function follow(select) {
  if (select.dataset.named) return;
  select.dataset.named = "true";
  const wait = () => name(select) || setTimeout(wait, 50);
  wait();
  // Select2 speaks jQuery, whose events no listener of the browser hears.
  window.django?.jQuery(select).on("change", () => setTimeout(() => name(select)));
}

export function start(elements) {
  elements.forEach(follow);
  document.addEventListener("formset:added", () =>
    document.querySelectorAll(".admin-autocomplete:not([name*=__prefix__])").forEach(follow),
  );
}
