/* Buttons that ask before they act: <button data-dialog="id"> opens the <dialog> of that id. */

const known = new WeakSet();

/** Starts the buttons. */
export function start(buttons) {
  for (const button of buttons) {
    if (known.has(button)) continue;
    known.add(button);
    button.addEventListener("click", (event) => {
      const dialog = document.getElementById(button.dataset.dialog);
      if (!dialog?.showModal) return;
      event.preventDefault();
      dialog.showModal();
    });
  }
}

/** Builds a dialog with a title and a close button; the caller fills `.body`. */
export function build(title, closeLabel) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const header = dialog.appendChild(document.createElement("header"));
  const heading = header.appendChild(document.createElement("h2"));
  heading.textContent = title;
  heading.id = `dialog-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  const close = header.appendChild(document.createElement("button"));
  close.type = "button";
  close.className = "btn quiet icon-only";
  close.textContent = "✕";
  close.setAttribute("aria-label", closeLabel);
  close.addEventListener("click", () => dialog.close());
  const body = dialog.appendChild(document.createElement("div"));
  body.className = "body";
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  return { dialog, body };
}
