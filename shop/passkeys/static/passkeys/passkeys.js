// Asks the device for a key. A form with data-passkey="create" or "get" names in data-options where its options are.
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// By hand: parseCreationOptionsFromJSON and toJSON are missing in the browsers of many a telephone.
const readable = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
  ...["allowCredentials", "excludeCredentials"].reduce((lists, name) => (
    options[name] ? { ...lists, [name]: options[name].map((one) => ({ ...one, id: toBytes(one.id) })) } : lists
  ), {}),
});

function written(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  });
}

async function ask(form) {
  const told = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) });
  const options = await told.json();
  if (!told.ok) throw new Error(options.error);
  const publicKey = readable(options);
  const how = form.dataset.passkey === "create" ? "create" : "get";
  const credential = await navigator.credentials[how]({ publicKey }).catch(() => null);
  if (!credential) throw new Error(form.dataset.failed);
  return written(credential);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const alarm = form.querySelector("[role=alert]");
  form.hidden = false;
  for (const apology of document.querySelectorAll("[data-passkey-missing]")) apology.hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    alarm.hidden = true;
    try {
      form.elements.khoa.value = await ask(form);
      for (const secret of form.querySelectorAll("input[type=password]")) secret.value = "";
      form.submit();
    } catch (fault) {
      alarm.textContent = fault instanceof SyntaxError || fault instanceof TypeError ? form.dataset.failed : fault.message;
      alarm.hidden = false;
      button.disabled = false;
    }
  });
}
