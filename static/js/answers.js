/* Articles beside a question that is being written. In a form with [data-answers]: while the field `subject` is typed the
   server is asked (data-url) for articles that may answer it; a request that newer words overtook is aborted. They stand
   in [data-answers-beside] where there is room, else below the subject. A click on one opens it in a dialog over the
   form, which stays as it is; with Ctrl, or the middle button, in a tab of its own. */

import { build } from "./dialog.js";
import { post, token } from "./request.js";

const idle = 400;
const shortest = 3;
const known = new WeakSet();

/** Starts the places. */
export function start(places) {
  for (const place of places) {
    if (known.has(place)) continue;
    known.add(place);
    const form = place.closest("form");
    if (form?.elements.namedItem("subject")) new Answers(form, place);
  }
}

class Answers {
  constructor(form, place) {
    Object.assign(this, { form, place, words: place.dataset, asked: place.dataset.asked ?? "", silentUntil: 0 });
    this.subject = form.elements.namedItem("subject");
    this.list = place.querySelector("[data-answers-list]");
    this.said = form.querySelector("[data-answers-said]");
    this.subject.addEventListener("input", () => this.wait());
    for (const kind of ["click", "auxclick"]) this.list.addEventListener(kind, (event) => this.press(event));
    this.stand();
    if (this.typed() !== normal(this.asked)) this.wait(); // what a draft of this browser brought back
  }

  /** Puts the articles beside the form where there is room: the element itself moves, and with it its place for Tab. */
  stand() {
    const beside = this.form.querySelector("[data-answers-beside]");
    if (!beside) return;
    const home = document.createComment("answers");
    this.place.before(home);
    const wide = matchMedia("(min-width: 861px)");
    const move = () => (wide.matches ? beside.prepend(this.place) : home.after(this.place));
    wide.addEventListener("change", move);
    move();
  }

  typed() {
    const text = normal(this.subject.value);
    return text.length < shortest ? "" : text;
  }

  wait() {
    clearTimeout(this.timer);
    this.request?.abort();
    const text = this.typed();
    if (text === normal(this.asked)) return;
    if (!text) return this.show("", "");
    this.timer = setTimeout(() => this.ask(text), Math.max(idle, this.silentUntil - Date.now()));
  }

  fields(more = {}) {
    const data = new FormData();
    const fields = { subject: this.subject.value, offer: this.form.elements.namedItem("offer")?.value ?? "", ...more };
    for (const [name, value] of Object.entries(fields)) data.set(name, value);
    return data;
  }

  async ask(text) {
    this.request = new AbortController();
    try {
      const response = await fetch(this.words.url, {
        method: "POST",
        body: this.fields(),
        headers: { "X-CSRFToken": token(this.form), Accept: "text/html" },
        signal: this.request.signal,
      });
      if (response.status === 429) this.silentUntil = Date.now() + 1000 * (Number(response.headers.get("Retry-After")) || 15);
      if (!response.ok) return;
      const html = await response.text();
      if (text === this.typed()) this.show(text, html);
    } catch {
      /* Overtaken by newer words, or out of reach: the form needs none of this. */
    }
  }

  show(text, html) {
    this.asked = text;
    // The server has escaped it, and the page's policy forbids scripts besides.
    this.list.innerHTML = html;
    const number = this.list.querySelectorAll("[data-answer]").length;
    this.place.hidden = number === 0;
    const words = number === 0 ? "" : number === 1 ? this.words.textOne : this.words.textMany.replace("{n}", number);
    if (this.said && this.said.textContent !== words) this.said.textContent = words;
  }

  press(event) {
    const link = event.target.closest("[data-answer]");
    if (!link || event.button > 1) return;
    const elsewhere = event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!elsewhere) event.preventDefault();
    this.open(link, elsewhere);
  }

  async open(link, elsewhere) {
    let html = "";
    try {
      const response = await post(this.words.openedUrl, this.fields({ answer: link.dataset.answer }), this.form);
      if (response.ok) html = await response.text();
    } catch {
      /* As below. */
    }
    if (elsewhere) return;
    if (!html) return window.open(link.href, "_blank", "noopener"); // its own page says what is wrong
    this.read(html, link);
  }

  read(html, link) {
    const { dialog, body } = build(link.textContent.trim(), this.words.textClose);
    dialog.classList.add("read-beside");
    body.innerHTML = html;
    const title = body.querySelector("[data-title]");
    if (title) dialog.querySelector("header h2").replaceChildren(...title.childNodes);
    title?.remove();
    for (const to of body.querySelectorAll("a[href]")) {
      if (to.getAttribute("href").startsWith("#")) {
        to.addEventListener("click", (event) => {
          event.preventDefault();
          body.querySelector(`[id="${CSS.escape(to.hash.slice(1))}"]`)?.scrollIntoView();
        });
      } else {
        to.target = "_blank"; // the form stays where it is
        to.rel = "noopener";
      }
    }
    body.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
    // The button belongs to the form, which reads it while it is in the page.
    dialog.addEventListener("close", () => (dialog.remove(), link.isConnected && link.focus()));
    dialog.showModal();
    body.scrollTop = 0;
  }
}

function normal(text) {
  return text.trim().replace(/\s+/g, " ");
}
