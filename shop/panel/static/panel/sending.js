// Forms on a bad line. What is typed is kept on this device and offered again after a crash or a log-out by time; a
// form whose sending fails is sent again, under the same number (sent_key), so that it counts once. Photographs are
// not kept: they are on the phone. Without this script the forms are ordinary ones.
const PREFIX = "nhap:";
const DAYS = 7;
const PAUSES = [2, 4, 8, 16, 32, 60]; // seconds
const KEEP_MS = 400;
const AUTOSAVE_MS = 3000;
const PATIENCE_MS = 120000;
const NEVER = ["csrfmiddlewaretoken"];
const HIDDEN = ["sent_key", "stock_seen", "seen"];

function clock(time) {
  const day = new Date(time);
  const at = day.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  return day.toDateString() === new Date().toDateString() ? at : `${at} ${day.toLocaleDateString("vi-VN")}`;
}

const say = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return kept && Date.now() - kept.at < DAYS * 86400000 ? kept : null;
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch { /* no room, or a browser that keeps nothing: the form itself still works */ }
}

function sweep() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !read(key)) write(key, null);
}

// [name, value] of everything a person can type or choose, in the order of the page.
function answers(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NEVER.includes(name));
}

// The same as one text, to tell whether anything was typed; hidden answers say nothing about that.
const typed = (pairs) => JSON.stringify(pairs.filter(([name]) => !HIDDEN.includes(name)));

function fill(form, kept) {
  const left = new Map();
  for (const [name, value] of kept) left.set(name, [...(left.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || NEVER.includes(field.name) || ["file", "submit", "password"].includes(field.type)) continue;
    const values = left.get(field.name) ?? [];
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values.shift();
  }
}

class Sender {
  constructor(form) {
    this.form = form;
    this.key = PREFIX + form.dataset.draft;
    this.box = form.querySelector("[data-sending]");
    this.words = this.box.dataset;
    this.atFirst = typed(answers(form));
    this.saving = null;
    this.offer();
    form.addEventListener("input", () => this.soon("keeping", KEEP_MS, () => this.keep()));
    form.addEventListener("change", () => {
      this.soon("keeping", KEEP_MS, () => this.keep());
      if ("autosave" in form.dataset) this.soon("autosaving", AUTOSAVE_MS, () => this.autosave());
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(event.submitter);
    });
  }

  soon(name, wait, work) {
    clearTimeout(this[name]);
    this[name] = setTimeout(work, wait);
  }

  tell(text, ...buttons) {
    this.box.replaceChildren(text, ...buttons.map(([label, act]) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button button-secondary", textContent: label });
      button.addEventListener("click", act);
      return button;
    }));
    this.box.hidden = !text;
  }

  keep(isWaiting = false) {
    const now = answers(this.form);
    if (isWaiting || typed(now) !== this.atFirst) write(this.key, { at: Date.now(), answers: now, isWaiting });
  }

  // What was left here before: used again or thrown away, as its writer says.
  offer() {
    const kept = read(this.key);
    if (!kept || typed(kept.answers) === this.atFirst) return;
    const words = kept.isWaiting ? this.words.unsent : this.words.found;
    const hasPhoto = this.form.querySelector("input[type=file]");
    this.form.closest("details")?.setAttribute("open", "");
    this.tell(
      `${say(words, { at: clock(kept.at) })} ${hasPhoto ? this.words.photo : ""} `,
      [this.words.use, () => {
        fill(this.form, kept.answers); // its number too: if it did arrive, it still counts once
        this.tell("");
        this.form.querySelectorAll("details").forEach((fold) => { fold.open = true; });
      }],
      [this.words.drop, () => { write(this.key, null); this.tell(""); }],
    );
  }

  // As a draft on the market (or beside what is sold), while the line is there; what is not whole yet stays on the device.
  autosave() {
    if (this.isSending || this.saving || !navigator.onLine) return;
    const body = new FormData(this.form);
    for (const input of this.form.querySelectorAll("input[type=file]")) body.delete(input.name);
    body.set("autosave", "1");
    const sent = typed(answers(this.form));
    this.saving = this.post(body).then((answer) => {
      if (!answer.to) {
        const words = answer.aside ? this.words.aside : this.words.kept; // goods on sale: beside what is sold
        if (!this.isSending) this.tell(say(words, { at: clock(Date.now()) }));
        return;
      }
      this.follow(answer);
      this.atFirst = sent;
      this.keep(); // what was typed while it went
      if (!this.isSending) this.tell(say(this.words.saved, { at: clock(Date.now()) }));
    }, () => {}).finally(() => { this.saving = null; });
  }

  // From here on the form is that of the draft the market has.
  follow(answer) {
    const { form } = this;
    history.replaceState(history.state, "", answer.to);
    form.action = answer.to;
    form.elements.sent_key.value = answer.sent_key;
    for (const [name, value] of Object.entries(answer.fields)) form.elements[name].value = value;
    write(this.key, null);
    this.key = PREFIX + answer.draft;
    form.dataset.draft = answer.draft;
  }

  async send(submitter) {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.autosaving);
    await this.saving;
    await this.form.shrinking;
    this.keep(true);
    const body = new FormData(this.form);
    if (submitter?.name) body.append(submitter.name, submitter.value);
    this.form.inert = true;
    this.isStopped = false;
    for (let tries = 0; !this.isStopped; tries += 1) {
      try {
        const answer = await this.post(body, (part) => this.tell(say(this.words.going, { part })));
        return this.done(answer);
      } catch { // perhaps it arrived and the answer was lost: the same number again tells
        await this.pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
      }
    }
    this.isSending = false;
  }

  // Until the line is back or the time is over, whichever comes first.
  pause(seconds) {
    this.form.before(this.box); // a form that waits takes no taps, the box does
    return new Promise((go) => {
      const end = () => { removeEventListener("online", end); clearTimeout(timer); go(); };
      const timer = setTimeout(end, seconds * 1000);
      addEventListener("online", end);
      this.tell(`${this.words.waiting} `, [this.words.stop, () => { this.isStopped = true; this.free(); end(); }]);
    });
  }

  free() {
    this.form.inert = false;
    this.form.prepend(this.box);
    this.tell("");
  }

  // {to, sent_key}, {page} with what is wrong, or {out}. Throws when nobody answered, or only "later".
  post(body, progress = () => {}) {
    return new Promise((done, failed) => {
      const line = new XMLHttpRequest(); // tells how much has gone, fetch does not
      line.open("POST", this.form.action || location.href);
      line.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      line.timeout = PATIENCE_MS;
      line.upload.onprogress = (event) => progress(Math.round(event.loaded / event.total * 100));
      line.onerror = line.ontimeout = failed;
      line.onload = () => {
        if (line.status === 403) return done({ out: true });
        if (line.status === 429 || line.status >= 500) return failed();
        if (line.getResponseHeader("Content-Type")?.startsWith("application/json")) return done(JSON.parse(line.response));
        return done({ page: line.response, status: line.status });
      };
      line.send(body);
    });
  }

  done(answer) {
    this.isSending = false;
    this.free();
    if (answer.to) {
      write(this.key, null);
      return location.assign(answer.to);
    }
    if (answer.out) {
      this.keep();
      return this.tell(`${this.words.out} `, [this.words.in, () => {
        location.assign(`${this.words.login}?next=${encodeURIComponent(location.pathname + location.search)}`);
      }]);
    }
    const page = new DOMParser().parseFromString(answer.page, "text/html");
    const fresh = [...page.forms].find((form) => form.dataset.draft === this.form.dataset.draft);
    if (!fresh) return location.reload();
    for (const input of this.form.querySelectorAll("input[type=file]")) fresh.elements[input.name]?.replaceWith(input); // chosen once is enough
    this.form.replaceWith(fresh);
    write(this.key, null);
    const sender = new Sender(fresh);
    write(sender.key, { at: Date.now(), answers: answers(fresh), isWaiting: false });
    fresh.querySelector(".panel-field__error")?.scrollIntoView({ block: "center" });
    return sender;
  }
}

sweep();
for (const form of document.querySelectorAll("form[data-draft]")) new Sender(form);
