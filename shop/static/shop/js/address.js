// Communes of the chosen province without sending the form. When the network fails the button of the page without
// script comes back.
const form = document.querySelector("form[data-communes]");
const { province, commune } = form.elements;
const step = form.querySelector("[data-no-script]");

function showStep(show) {
  step.hidden = !show;
  // A disabled button is never the form's default: Enter in a field must not press it.
  step.firstElementChild.disabled = !show;
}

async function loadCommunes() {
  commune.replaceChildren(commune.options[0]);
  const wanted = province.value;
  if (!wanted) return;
  try {
    const query = `tinh=${encodeURIComponent(wanted)}`;
    const answer = await fetch(`${form.dataset.communes}?${query}`, { signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error(answer.status);
    const { communes } = await answer.json();
    showStep(false);
    if (wanted === province.value) commune.append(...communes.map(([code, name]) => new Option(name, code)));
  } catch {
    showStep(true);
  }
}

showStep(false);
province.addEventListener("change", loadCommunes);
