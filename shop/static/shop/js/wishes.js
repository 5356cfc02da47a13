// What stays on this device: goods a guest has put aside ("de-danh") and goods seen here ("da-xem").
const MOST = { "de-danh": 50, "da-xem": 9 };

function read(name) {
  try {
    const found = JSON.parse(localStorage.getItem(name));
    return Array.isArray(found) ? found.filter(({ id, title, path }) => id && title && /^\/[^/]/.test(path)) : [];
  } catch {
    return [];
  }
}

function write(name, list) {
  try {
    localStorage.setItem(name, JSON.stringify(list.slice(0, MOST[name])));
  } catch { /* no room, or not allowed: nothing else depends on it */ }
}

const without = (list, id) => list.filter((one) => one.id !== id);

function link(one, anchor = document.createElement("a")) {
  anchor.href = one.path;
  anchor.textContent = one.title;
  return anchor;
}

// On a product's page: note that it was seen, show the others, keep it when the button is pressed.
const form = document.querySelector("form[data-wish]");
if (form) {
  const here = { id: form.dataset.wish, title: form.dataset.title, path: location.pathname };
  const others = without(read("da-xem"), here.id);
  write("da-xem", [here, ...others]);
  const seen = document.querySelector("[data-seen]");
  seen.hidden = others.length === 0;
  seen.querySelector("ul").replaceChildren(...others.slice(0, MOST["da-xem"] - 1).map((one) => {
    const line = document.createElement("li");
    line.append(link(one));
    return line;
  }));
  form.addEventListener("submit", () => write("de-danh", [here, ...without(read("de-danh"), here.id)]));
}

// On the list's own page: what the account has is dropped here, the rest is shown.
const section = document.querySelector("[data-device-wishes]");
if (section) {
  const [list, template] = section.querySelectorAll("ul, template");
  const none = document.querySelector("[data-no-wishes]");
  for (const { dataset } of document.querySelectorAll("div[data-wish]")) write("de-danh", without(read("de-danh"), dataset.wish));

  const show = () => {
    const wishes = read("de-danh");
    section.hidden = wishes.length === 0;
    if (none) none.hidden = wishes.length > 0;
    list.replaceChildren(...wishes.map((one) => {
      const line = template.content.firstElementChild.cloneNode(true);
      link(one, line.querySelector("a"));
      const button = line.querySelector("button");
      button.setAttribute("aria-label", `${button.textContent}: ${one.title}`);
      button.addEventListener("click", () => {
        write("de-danh", without(read("de-danh"), one.id));
        show();
      });
      const field = line.appendChild(document.createElement("input"));
      Object.assign(field, { type: "hidden", name: "product", value: one.id });
      return line;
    }));
  };
  show();
}
