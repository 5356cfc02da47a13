// A change of the basket is sent in the background, and the page takes over what the server answers: its words, its
// errors at their fields. Whatever goes wrong, the form is sent as it would be without script; every form of the basket
// may be sent twice, because it says what shall be and not what shall be added.
const main = document.querySelector("main");
const said = document.body.appendChild(document.createElement("p"));
said.className = "visually-hidden";
said.setAttribute("role", "status");
let sent = null; // the values of the fields when they were sent, while the answer is awaited
const waiting = []; // what was pressed meanwhile

function settle() {
  const update = main.querySelector("[data-update]");
  if (update) update.hidden = true; // a changed number is sent at once
}

function fields() {
  return [...main.querySelectorAll("input[id]")];
}

// How to find an element again in the new page.
function nameOf(element) {
  if (!element || !main.contains(element)) return "";
  if (element.id) return `#${CSS.escape(element.id)}`;
  return element.name ? `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]` : "";
}

function find(name) {
  return name ? main.querySelector(name) : null;
}

function show(fresh, isRefused) {
  const focused = nameOf(document.activeElement);
  const wasIn = main.contains(document.activeElement);
  const typed = fields().filter((field) => sent.has(field.id) && sent.get(field.id) !== field.value);
  for (const notice of fresh.querySelectorAll("[role=status], [role=alert]")) notice.removeAttribute("role"); // said below
  main.replaceChildren(...fresh.childNodes);
  settle();
  for (const { id, value } of typed) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  const wrong = isRefused && !typed.length && main.querySelector("[aria-invalid=true]");
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  if (wasIn) (wrong || find(focused) || heading).focus({ preventScroll: !wrong });
  const words = main.querySelectorAll(".notice, [id^=loi-], .sticky-bar > p:first-child");
  said.textContent = [...words].map((each) => each.innerText.trim()).join(" ");
  dispatchEvent(new Event("basket-changed"));
}

async function send(url, body, giveUp) {
  sent = new Map(fields().map((field) => [field.id, field.value]));
  main.ariaBusy = "true";
  try {
    const options = { method: body ? "POST" : "GET", body, signal: AbortSignal.timeout(15000) };
    const answer = await fetch(url, options);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const isRefused = answer.status === 422;
    if (!(answer.ok || isRefused) || !page.querySelector("[data-basket]")) throw new Error(answer.status);
    show(page.querySelector("main"), isRefused);
  } catch {
    return giveUp();
  } finally {
    main.ariaBusy = "false";
    sent = null;
  }
  while (!sent && waiting.length) waiting.shift()();
}

main.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if ("plain" in form.dataset) return;
  event.preventDefault();
  if (sent) {
    const [pressed, which] = [nameOf(submitter), nameOf(form)];
    waiting.push(() => (find(pressed) ? find(pressed).click() : find(which)?.requestSubmit()));
    return;
  }
  const values = new URLSearchParams(new FormData(form, submitter));
  const isPost = form.method === "post";
  send(isPost ? form.action : `${form.action}?${values}`, isPost ? values : undefined, () => {
    form.dataset.plain = "";
    form.requestSubmit(submitter);
  });
});
main.addEventListener("change", (event) => {
  if (event.target.name.startsWith("quantity-")) event.target.form.requestSubmit();
});
main.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="?xa="]');
  if (!link || sent || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  send(link.href, undefined, () => location.assign(link.href));
});
settle();
