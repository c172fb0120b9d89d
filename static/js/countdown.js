/* Keeps the words of .due true while the page is open. The server says the same words; they must not differ:
   "under 1 min", under an hour "42 min", under ten "5 h 10" (or "5 h"), under two days "19 h", then "3 d"; late with "late". */

const every = 30_000;
let timer = null;

/** Starts counting; elements may come and go. */
export function start() {
  update();
  timer ??= setInterval(update, every);
  document.addEventListener("visibilitychange", () => document.hidden || update());
}

function update() {
  const now = Date.now();
  for (const element of document.querySelectorAll("[data-due]")) {
    const due = Date.parse(element.dataset.due);
    const text = element.querySelector("[data-due-text]");
    if (Number.isNaN(due) || !text) continue;
    const words = say(due - now);
    // A sentence around the time, such as "we reply by 11:18 (in 42 min)", says it otherwise once it is late.
    if (now >= due && element.dataset.lateText) element.querySelector("time").textContent = element.dataset.lateText;
    else if (text.textContent !== words) text.textContent = words;
    if (now >= due) change(element, "late");
    else if (element.dataset.soon && now >= Date.parse(element.dataset.soon)) change(element, "soon");
  }
}

function change(element, kind) {
  if (element.classList.contains(kind)) return;
  element.classList.remove("ok", "soon", "late");
  element.classList.add(kind);
  if (kind === "late") element.querySelector(":scope > .visually-hidden")?.remove();
}

/** Returns the words for a time left (or, when negative, gone by), in milliseconds. Parts of minutes are dropped. */
export function say(left, words = document.body.dataset) {
  const minutes = Math.floor(Math.abs(left) / 60_000);
  const hours = Math.floor(minutes / 60);
  const number = new Intl.NumberFormat(document.documentElement.lang || "en");
  let time;
  if (minutes < 1) time = words.wordsNow;
  else if (minutes < 60) time = fill(words.wordsMinutes, { m: number.format(minutes) });
  else if (hours < 10 && minutes % 60)
    time = fill(words.wordsHoursMinutes, { h: number.format(hours), m: String(minutes % 60).padStart(2, "0") });
  else if (hours < 48) time = fill(words.wordsHours, { h: number.format(hours) });
  else time = fill(words.wordsDays, { d: number.format(Math.floor(hours / 24)) });
  return left <= 0 ? fill(words.wordsLate, { time }) : time;
}

function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
