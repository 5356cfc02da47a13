// Copy buttons, and a page that notices by itself when the money is in.
const page = document.querySelector("[data-status]");
const spoken = document.querySelector("[data-copied]");

for (const value of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break; // plain http in the village: the text can still be selected
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = spoken.dataset.copyWord;
  button.setAttribute("aria-label", `${spoken.dataset.copyWord}: ${value.previousElementSibling.textContent}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value.dataset.copy);
    button.textContent = spoken.textContent = spoken.dataset.copied;
    setTimeout(() => { button.textContent = spoken.dataset.copyWord; spoken.textContent = ""; }, 2500);
  });
  const place = document.createElement("dd"); // in a list of terms nothing else may stand beside them
  place.className = "copy-row__act";
  place.append(button);
  value.parentElement.append(place);
}

const QUICK = 3000;
const SLOW = 30000;
let pause = QUICK;
let timer;

async function look() {
  clearTimeout(timer);
  try {
    const answer = await fetch(page.dataset.status, { signal: AbortSignal.timeout(10000) });
    const { state, open_amount: open, time_left: left } = await answer.json();
    if (state !== page.dataset.state || String(open) !== page.dataset.open) return location.reload();
    page.querySelector("[data-time-left]").textContent = left;
  } catch {
    // No signal: ask again later.
  }
  pause = Math.min(pause * 1.25, SLOW);
  timer = setTimeout(look, pause);
}

// Coming back from the bank's app is the moment to look at once.
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.hidden) return;
  pause = QUICK;
  look();
});
timer = setTimeout(look, pause);
