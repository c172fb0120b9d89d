/* Tells the sign-up form the browser's time zone, so that promises are shown in the right one from the start. */

export function start(elements) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of elements) field.value ||= zone ?? "";
}
