/* Articles: a button that copies code, tabs out of sections with labels, and keys for what scrolls sideways. */

let number = 0;

/** Starts the texts: <div class="prose" data-prose data-copy="Copy" data-copied="Copied">. */
export function start(texts) {
  for (const text of texts) {
    if (text.dataset.started) continue;
    text.dataset.started = "yes";
    if (text.dataset.copy && navigator.clipboard) text.querySelectorAll(".highlight").forEach((code) => copyable(code, text.dataset));
    text.querySelectorAll(".tabbed").forEach(tabs);
    for (const box of text.querySelectorAll("pre, table")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  }
}

function copyable(code, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.querySelector("code")?.textContent.replace(/\n$/, "") ?? "");
    button.textContent = words.copied ?? words.copy;
    setTimeout(() => (button.textContent = words.copy), 2000);
  });
  code.append(button);
}

function tabs(box) {
  const panels = [...box.querySelectorAll(":scope > .tab")];
  if (panels.length < 2) return;
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  const buttons = panels.map((panel) => {
    const label = panel.querySelector(":scope > .tab-label");
    const button = list.appendChild(document.createElement("button"));
    button.type = "button";
    button.id = `tab-${++number}:button`;
    button.setAttribute("role", "tab");
    button.textContent = label?.textContent ?? String(number);
    panel.id = `tab-${number}:panel`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    button.setAttribute("aria-controls", panel.id);
    label?.remove();
    return button;
  });
  const show = (index, focus) => {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    });
    if (focus) buttons[index].focus();
  };
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => show(index));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : step && (index + step + buttons.length) % buttons.length;
      if (next === undefined) return;
      event.preventDefault();
      show(next, true);
    });
  });
  box.prepend(list);
  // An address that leads to a heading inside of a tab opens that tab.
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  show(Math.max(0, panels.findIndex((panel) => target && panel.contains(target))));
}
