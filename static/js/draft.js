/* Keeps what one writes. On a form with data-draft-url: posts its fields 800 ms after the last key and says so in the
   element marked data-draft-said. When the server cannot be reached it keeps them in this browser, tells so, and
   sends them when the connection is back. Passwords are never kept, and of
   files only the keys of those that upload.js has sent already. */

import { post } from "./request.js";

const idle = 800;
const longest = 30 * 24 * 3600 * 1000;
const known = new WeakSet();

/** Starts the forms. */
export function start(forms) {
  for (const form of forms) {
    if (known.has(form)) continue;
    known.add(form);
    new Keeper(form);
  }
}

/** Tells whether somebody wrote before this was loaded: no later event would tell of that. */
function typed(form) {
  const written = 'input:not([type="hidden"], [type="file"], [type="password"]), textarea';
  return [...form.querySelectorAll(written)].some((field) =>
    field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue,
  );
}

class Keeper {
  constructor(form) {
    this.form = form;
    this.key = `draft:${form.dataset.draftUrl}`;
    this.said = form.querySelector("[data-draft-said]");
    this.said?.setAttribute("aria-live", "polite");
    const early = typed(form);
    this.restore();
    this.last = early ? "" : this.fingerprint();
    form.addEventListener("input", () => this.wait());
    form.addEventListener("change", () => this.wait());
    form.addEventListener("submit", (event) => event.defaultPrevented || this.stop());
    form.addEventListener("htmx:afterRequest", (event) => event.detail.successful && this.forget());
    addEventListener("online", () => this.unsent() && this.keep());
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.keep(true));
    if (early) this.wait();
  }

  data() {
    const data = new FormData(this.form);
    data.delete("csrfmiddlewaretoken");
    for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name);
    for (const field of this.form.querySelectorAll('input[type="password"]')) data.delete(field.name);
    return data;
  }

  fingerprint() {
    return JSON.stringify([...this.data()]);
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), idle);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.stopped = true;
    setTimeout(() => (this.stopped = false), 5000);
  }

  async keep(leaving = false) {
    clearTimeout(this.timer);
    this.timer = null;
    const now = this.fingerprint();
    if (this.stopped || (now === this.last && !this.unsent())) return;
    try {
      const response = await post(this.form.dataset.draftUrl, this.data(), this.form, { keepalive: leaving });
      if (!response.ok) throw new Error(String(response.status));
      this.last = now;
      this.forget();
      this.say(this.form.dataset.textKept ?? "draft kept {time}");
    } catch {
      this.keepHere(now);
    }
  }

  keepHere(fields) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), fields: JSON.parse(fields) }));
      this.say(this.form.dataset.textKeptHere ?? "no connection; draft kept in this browser {time}");
    } catch {
      this.say(this.form.dataset.textNotKept ?? "draft not kept: no connection");
    }
  }

  unsent() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      if (kept && Date.now() - kept.at < longest) return kept;
    } catch {
      /* A browser that refuses storage keeps no drafts; the server still does. */
    }
    this.forget();
    return null;
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* As above. */
    }
  }

  /** Puts back what the server never got, but only into fields that nobody has filled since.
      A form that says data-draft-wins opens with what is saved already: there it stands over that, and the hidden field that
      data-draft-wins names comes back with it, by which the server knows on what it was typed. */
  restore() {
    const kept = this.unsent();
    if (!kept) return;
    const base = this.form.dataset.draftWins;
    for (const [name, value] of kept.fields) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof RadioNodeList || !field || (field.type === "hidden" && name !== base)) continue;
      if (field.type === "checkbox") field.checked = true;
      else if (!field.value || base) field.value = value;
    }
    // Once all have started: the preview shows it, and the server gets it now.
    if (base) setTimeout(() => this.form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true })), 300);
    this.say(this.form.dataset.textRestored ?? "draft of {time} brought back", kept.at);
  }

  say(pattern, at = Date.now()) {
    if (!this.said) return;
    const options = { hour: "2-digit", minute: "2-digit", timeZone: document.body.dataset.timeZone || undefined };
    const time = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hourCycle: "h23", ...options }).format(at);
    this.said.textContent = pattern.replace("{time}", time);
  }
}
