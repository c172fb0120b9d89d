/* Tells the desk which result was opened, so that searches that lead nowhere stand out. On a list with data-found: its
   links marked data-hit are told to data-click-url with the number of the search (data-log) when they are opened, in
   whatever way; the page one goes to does not wait for it. */

const known = new WeakSet();

/** Starts the lists. */
export function start(lists) {
  for (const list of lists) {
    if (known.has(list)) continue;
    known.add(list);
    for (const kind of ["click", "auxclick"]) list.addEventListener(kind, (event) => opened(event, list));
  }
}

function opened(event, list) {
  const link = event.target.closest("[data-hit]");
  if (!link || event.button > 1) return;
  const { clickUrl, token, log } = list.dataset;
  if (log) tell(clickUrl, { log, key: link.dataset.hit, csrfmiddlewaretoken: token });
}

/** Sends fields without waiting, also while the page is being left; nothing happens when that cannot be done. */
export function tell(url, fields) {
  if (!url || !fields.csrfmiddlewaretoken) return;
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  navigator.sendBeacon?.(url, data);
}
