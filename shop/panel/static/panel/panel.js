// One tick for all rows; without JavaScript the rows are ticked one by one.
for (const label of document.querySelectorAll("[data-choose-all]")) {
  const all = label.querySelector("input");
  const rows = [...label.closest("form").querySelectorAll("td input[type=checkbox]")];
  label.hidden = rows.length < 2;
  all.addEventListener("change", () => rows.forEach((row) => { row.checked = all.checked; }));
}
