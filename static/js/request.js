/* One way to ask our own server for something from a form of the page. */

/** Returns the token that Django wants with a POST: from the form, else from the page's head. */
export function token(form) {
  return (
    form?.querySelector('input[name="csrfmiddlewaretoken"]')?.value ??
    document.querySelector('meta[name="csrf-token"]')?.content ??
    document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ??
    ""
  );
}

/** Posts form data and returns the response; throws when the server cannot be reached or does not answer in time. */
export function post(url, data, form, { seconds = 20, keepalive = false } = {}) {
  return fetch(url, {
    method: "POST",
    body: data,
    headers: { "X-CSRFToken": token(form), Accept: "application/json, text/html" },
    credentials: "same-origin",
    keepalive,
    signal: AbortSignal.timeout(seconds * 1000),
  });
}
