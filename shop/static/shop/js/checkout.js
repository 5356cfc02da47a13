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

async function loadQuotes() {
  if (!commune.value) return;
  const result = await ask(`xa=${encodeURIComponent(commune.value)}`);
  if (!result) return;
  for (const [id, quote] of Object.entries(result.stalls)) {
    const stall = form.querySelector(`[data-stall="${id}"]`);
    if (!stall) return location.reload(); // the basket was changed in another tab
    stall.querySelector("[data-delivery-name]").textContent = quote.name;
    stall.querySelector("[data-delivery-amount]").textContent = quote.amount;
  }
  form.querySelector("[data-shipping]").textContent = result.shipping;
  for (const total of form.querySelectorAll("dd[data-total], .price[data-total]")) total.textContent = result.total;
  const label = form.querySelector("[data-total-label]");
  label.textContent = label.dataset.totalLabel;
  seen.value = result.total_amount;
}

showSteps(false);
province.addEventListener("change", loadCommunes);
commune.addEventListener("change", loadQuotes);
if (province.value && commune.options.length < 2) loadCommunes(); // values the browser put back
document.getElementById("loi")?.focus();
