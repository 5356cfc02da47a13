// The basket's count in the header. The page itself is the same for everybody and comes from a cache;
// the count is in the cookie "gio", which the basket's own pages set.
const badge = document.querySelector("[data-basket-count]");

function showCount() {
  const count = Number(document.cookie.match(/(?:^|; )gio=(\d{1,4})(?:;|$)/)?.[1] ?? 0);
  badge.textContent = count;
  badge.hidden = count === 0;
}

showCount();
addEventListener("pageshow", showCount);
addEventListener("basket-changed", showCount);

// Where something is to be put right, a reader starts there: at the summary, or in a form of one field at the field.
(document.getElementById("loi") ?? document.querySelector('main [aria-invalid="true"]'))?.focus();

// Suggestions under the search field. Without this script the field is a plain search.
const form = document.querySelector("form[data-suggest]");
if (form?.dataset.suggest) {
  const field = form.elements.q;
  const list = form.appendChild(document.createElement("ul"));
  list.className = "suggestions";
  list.id = "goi-y";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestLabel);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    field.setAttribute(name, value);
  }
  let pending;
  let chosen = -1;

  function close() {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function show(suggestions) {
    close();
    list.replaceChildren(...suggestions.map(({ label, detail, url }, place) => {
      const line = document.createElement("li");
      line.id = `goi-y-${place}`;
      line.dataset.url = url;
      line.setAttribute("role", "option");
      line.append(document.createElement("span"), document.createElement("small"));
      line.firstChild.textContent = label;
      line.lastChild.textContent = detail;
      return line;
    }));
    list.hidden = suggestions.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
  }

  function choose(place) {
    list.children[chosen]?.removeAttribute("aria-selected");
    chosen = (place + list.children.length) % list.children.length;
    list.children[chosen].setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
  }

  async function ask() {
    const text = field.value.trim();
    pending?.abort();
    if (text.length < 2) return close();
    pending = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: pending.signal });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch {
      close(); // a weak line must not get in the way of typing
    }
  }

  let wait;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(ask, 180);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    const line = event.target.closest("li");
    if (line) {
      event.preventDefault();
      location.assign(line.dataset.url);
    }
  });
}

// Goods go into the basket without leaving the page; what the market says of it stands under the button.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches('form[action$="/gio-hang/them/"]') || "plain" in form.dataset) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return; // pressed twice
  form.ariaBusy = "true";
  let told = form.querySelector("[role=status]");
  if (!told) {
    told = form.appendChild(document.createElement("p"));
    told.setAttribute("role", "status");
    told.id = `da-them-${form.elements.product.value ?? ""}`;
  }
  try {
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(15000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = [...page.querySelectorAll("main .notice[role]")].pop();
    if (answer.status >= 500 || !words) { // a page we do not know: the browser shows it
      form.dataset.plain = "";
      return form.requestSubmit(event.submitter);
    }
    told.className = "notice";
    told.dataset.kind = words.dataset.kind;
    told.textContent = words.textContent;
    if (answer.ok) {
      const link = document.createElement("a");
      link.href = answer.url;
      link.textContent = page.querySelector("main h1").textContent;
      told.append(" ", link);
    }
    const field = form.querySelector("input[type=number]");
    field?.setAttribute("aria-invalid", String(!answer.ok));
    field?.setAttribute("aria-describedby", told.id);
    dispatchEvent(new Event("basket-changed"));
  } catch { // sent perhaps, answer lost: sent again it might be there twice, and the basket knows
    location.assign(form.action.replace(/them\/$/, ""));
  } finally {
    form.ariaBusy = "false";
  }
});

// The market on the phone (/ngoai-tuyen/). It comes after everything else: a weak line is for the page first.
addEventListener("load", () => {
  if (!navigator.connection?.saveData) navigator.serviceWorker?.register("/sw.js", { type: "module" }).catch(() => {});
});
