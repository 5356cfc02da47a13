// A changed number is sent at once; the update button stays for browsers without script.
const form = document.getElementById("gio");
const update = form?.querySelector("[data-update]");

if (update) {
  update.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}
