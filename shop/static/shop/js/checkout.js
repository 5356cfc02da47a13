// Communes of the chosen province and delivery to the chosen commune, without sending the form.
// When the network fails the buttons of the page without script come back.
const form = document.getElementById("dat-hang");
const province = form.elements.province;
const commune = form.elements.commune;
const seen = form.querySelector("[data-seen-total]");
const offline = form.querySelector("[data-offline]");
const steps = [...form.querySelectorAll("[data-no-script]")];
let turn = 0;

function showSteps(show) {
  for (const step of steps) {
    step.hidden = !show;
    // A disabled button is never the form's default: Enter in a field must not press it.
    step.firstElementChild.disabled = !show;
  }
  offline.hidden = !show;
}

async function ask(query) {
  const mine = ++turn;
  try {
    const answer = await fetch(`${form.dataset.communes}?${query}`, { signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error(answer.status);
    const result = await answer.json();
    showSteps(false);
    return mine === turn ? result : null;
  } catch {
    if (mine === turn) showSteps(true);
    return null;
  }
}

async function loadCommunes() {
  const first = commune.options[0];
  const wanted = commune.value;
  commune.replaceChildren(first);
  if (!province.value) return;
  commune.setAttribute("aria-busy", "true");
  const result = await ask(`tinh=${encodeURIComponent(province.value)}`);
  commune.removeAttribute("aria-busy");
  if (!result) return;
  commune.append(...result.communes.map(([code, name]) => new Option(name, code, false, code === wanted)));
  if (commune.value) await loadQuotes();
}

function choices() {
  const picked = form.querySelectorAll("[data-delivery] input:checked");
  return [...picked].map((input) => `&${input.name}=${encodeURIComponent(input.value)}`).join("");
}

async function loadQuotes() {
  if (!commune.value) return;
  const focused = document.activeElement;
  const result = await ask(`xa=${encodeURIComponent(commune.value)}${choices()}`);
  if (!result) return;
  for (const [id, html] of Object.entries(result.stalls)) {
    const stall = form.querySelector(`[data-stall="${id}"]`);
    if (!stall) return location.reload(); // the basket was changed in another tab
    stall.querySelector("[data-delivery]").innerHTML = html; // made by our own template
  }
  if (focused?.name?.startsWith("giao-")) form.querySelector(`[name="${focused.name}"]:checked`)?.focus();
  const shipping = form.querySelector("[data-shipping]");
  shipping.dataset.unknown ??= shipping.textContent;
  shipping.textContent = result.shipping || shipping.dataset.unknown;
  for (const total of form.querySelectorAll("dd[data-total], .price[data-total]")) total.textContent = result.total;
  const label = form.querySelector("[data-total-label]");
  label.textContent = result.shipping ? label.dataset.totalLabel : label.dataset.without;
  seen.value = result.total_amount;
}

showSteps(false);
province.addEventListener("change", loadCommunes);
commune.addEventListener("change", loadQuotes);
form.addEventListener("change", (event) => {
  if (event.target.name.startsWith("giao-")) loadQuotes();
});
if (province.value && commune.options.length < 2) loadCommunes(); // values the browser put back
