// One tick for all rows; without JavaScript the rows are ticked one by one.
for (const label of document.querySelectorAll("[data-choose-all]")) {
  const all = label.querySelector("input");
  const rows = [...label.closest("form").querySelectorAll("td input[type=checkbox]")];
  label.hidden = rows.length < 2;
  all.addEventListener("change", () => rows.forEach((row) => { row.checked = all.checked; }));
}

// A form that was sent back opens where something is to be put right, however long the page is above it.
const wrong = document.querySelector('.panel-screen :is([aria-invalid="true"], .panel-field__error)');
wrong?.scrollIntoView({ block: "center", behavior: "instant" });
wrong?.focus({ preventScroll: true });

// Who logs out leaves nothing written on the device; sending.js keeps it under these names.
document.addEventListener("click", (event) => {
  if (!event.target.closest('a[href$="/logout/"], [data-w-action-url-value$="/logout/"], form[action$="/logout/"] button')) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("nhap:")) localStorage.removeItem(key);
}, true);
