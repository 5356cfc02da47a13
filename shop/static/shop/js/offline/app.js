// The market on the phone: the kept catalogue, the basket and the orders of this device. Works the same with and
// without a line; everything that is sent goes through queue.js.
const root = document.querySelector("[data-market]");
const market = JSON.parse(document.getElementById("cho").textContent);
const queue = await import(root.dataset.queue);
const { words } = market;
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const form = part("order");
const { province, commune } = form.elements;
const isEnglish = market.language === "en";
const money = (amount) => `${String(amount).replace(/\B(?=(\d{3})+$)/g, ".")}\u00a0₫`;
const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const reading = (thing, name) => (isEnglish && thing[`${name}_en`]) || thing[name];
const fold = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").split(/\s+/).join(" ").trim();

let goods = [];
let places = [];
let most = 12; // cards at first: the basket below stays within reach

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const button = (text, onclick, kind) => element("button", { type: "button", class: "button", "data-kind": kind, onclick }, text);

// --- the catalogue ------------------------------------------------------------------------
async function read(address) {
  const known = await caches.open("du-lieu").catch(() => null);
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error(answer.status);
    await known?.put(address, answer.clone());
    return answer;
  } catch (trouble) {
    if (trouble.name === "QuotaExceededError") throw trouble;
    return known?.match(address);
  }
}

async function load(isAsked) {
  let pack;
  try {
    pack = isAsked ? await read(market.pack) : await (await caches.open("du-lieu")).match(market.pack);
    const list = isAsked ? await read(market.places) : await (await caches.open("du-lieu")).match(market.places);
    if (list) showPlaces((await list.json()).provinces);
  } catch (trouble) {
    part("pack-state").textContent = trouble.name === "QuotaExceededError" ? words.no_room : words.cannot_keep;
    return;
  }
  if (!pack) {
    part("pack-state").textContent = isAsked ? words.pack_failed : words.no_pack;
    return;
  }
  const moment = new Date(pack.headers.get("Date") ?? Date.now());
  const time = new Intl.DateTimeFormat(market.language, { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" }).format(moment);
  part("pack-state").textContent = say("pack_of", { time });
  goods = (await pack.json()).goods;
  for (const each of goods) each.key = fold([each.title, each.title_en, each.stall, each.commune].join(" "));
  part("shelf").hidden = false;
  showGoods();
}

function showGoods() {
  const wanted = fold(document.getElementById("tim-trong-may").value).split(" ");
  const found = goods.filter(({ key }) => wanted.every((word) => key.includes(word)));
  part("found").textContent = found.length ? say("found", { count: found.length }) : words.none_found;
  part("goods").replaceChildren(...found.slice(0, most).map(card));
  part("more").hidden = found.length <= most;
}

function card(each) {
  const notes = [each.stall, each.commune, each.stars && say("stars", { stars: each.stars }), each.in_season && words.in_season];
  return element("li", { class: "card stack" },
    element("h3", {}, reading(each, "title")),
    element("p", { class: "quiet" }, notes.filter(Boolean).join(" · ")),
    ...each.sizes.map((size) => choice(each, size)));
}

function choice(each, size) {
  const price = element("span", {}, `${reading(size, "name")}: `, element("strong", { class: "price" }, money(size.price)));
  if (size.per_unit.length) price.append(element("small", { class: "quiet" }, ` ${money(size.per_unit[0])}/${size.per_unit[1]}`));
  if (!size.most) return element("p", { class: "cluster", "data-spread": "" }, price, element("span", { class: "quiet" }, words.sold_out));
  const told = element("small", { role: "status", class: "quiet" });
  const add = async () => {
    const before = (await queue.basketLines()).find(({ id }) => id === size.id);
    const quantity = before ? Math.min(before.quantity + size.step, size.most) : size.least;
    const title = `${reading(each, "title")}, ${reading(size, "name")}`;
    await queue.putLine({ id: size.id, title, stall: each.stall, price: size.price, least: size.least, step: size.step, most: size.most, quantity });
    told.textContent = say("added", { count: quantity });
    await showBasket();
  };
  return element("div", { class: "cluster", "data-spread": "" }, price, button(words.add, add), told);
}

// --- the basket -----------------------------------------------------------------------------
const sum = (lines) => lines.reduce((total, { price, quantity }) => total + price * quantity, 0);

async function showBasket() {
  const lines = await queue.basketLines();
  part("basket").replaceChildren(...lines.map((line) => {
    const change = async (event) => {
      await queue.putLine({ ...line, quantity: Math.trunc(Number(event.target.value)) || 0 });
      await showBasket();
    };
    const label = say("quantity_of", line);
    const wrong = isWrong(line);
    const field = element("input", { type: "number", inputmode: "numeric", min: line.least, max: line.most, step: line.step, value: line.quantity, "aria-label": label, "aria-invalid": wrong ? "true" : undefined, onchange: change });
    const drop = button("×", async () => { await queue.removeLine(line.id); await showBasket(); });
    drop.setAttribute("aria-label", say("remove", line));
    const row = element("li", { class: "offline-line" }, element("span", {}, line.title, element("br"), element("small", { class: "quiet" }, `${line.stall} · ${money(line.price)}`)), field, drop);
    if (wrong) row.append(element("small", { class: "field__error" }, say("quantity_wrong", line)));
    return row;
  }));
  part("basket-empty").hidden = lines.length > 0;
  form.hidden = lines.length === 0;
  part("goods-amount").textContent = money(sum(lines));
  const limit = form.elements.limit;
  if (!limit.dataset.typed) limit.value = sum(lines) + market.allowance * new Set(lines.map(({ stall }) => stall)).size;
}

const isWrong = ({ quantity, least, most, step }) => quantity < least || quantity > most || (quantity - least) % step !== 0;

// --- the order ---------------------------------------------------------------------------------
function showPlaces(provinces) {
  places = provinces;
  const chosen = province.value;
  province.replaceChildren(province.options[0], ...provinces.map(([code, name]) => new Option(name, code)));
  province.value = chosen;
}

function showCommunes() {
  const found = places.find(([code]) => code === province.value);
  commune.replaceChildren(commune.options[0], ...(found?.[2] ?? []).map(([code, name]) => new Option(name, code)));
}

function mark(name, text) {
  const field = form.elements[name];
  const note = form.querySelector(`[data-error="${name}"]`);
  note.textContent = text;
  note.hidden = !text;
  field.setAttribute("aria-invalid", String(Boolean(text)));
}

function faults(values, lines) {
  const found = {};
  for (const name of ["name", "phone", "province", "commune", "street"]) if (!values[name].trim()) found[name] = words.missing;
  if (!found.phone && !/^(\+?84|0)\d{9}$/.test(values.phone.replace(/[\s.()-]/g, ""))) found.phone = words.phone_wrong;
  if (!/^\d{1,12}$/.test(values.limit) || Number(values.limit) < sum(lines)) found.limit = say("limit_low", { amount: money(sum(lines)) });
  if (!values.terms) found.terms = words.terms;
  return found;
}

async function keep(event) {
  event.preventDefault();
  const lines = await queue.basketLines();
  const values = { limit: "", terms: "", ...Object.fromEntries(new FormData(form)) };
  const found = faults(values, lines);
  for (const name of ["name", "phone", "province", "commune", "street", "limit", "terms"]) mark(name, found[name] ?? "");
  const wrong = lines.some(isWrong);
  const first = Object.keys(found)[0];
  if (first || wrong || !lines.length) {
    (first ? form.elements[first] : part("basket").querySelector("[aria-invalid]"))?.focus();
    return;
  }
  const key = crypto.randomUUID();
  const body = {
    client_order_id: key, lines: lines.map(({ id, quantity }) => ({ product: id, quantity })),
    commune: values.commune, street: values.street, name: values.name, phone: values.phone, email: values.email, note: values.note,
    payment_method: values.payment_method, terms_version: market.terms_version, accepts_terms: true, expected_total: Number(values.limit),
  };
  await queue.keepOrder({
    key, body, lines, at: Date.now(), state: "saved", tries: 0, changes: [], errors: {}, quote: null,
    address: market.order, language: market.language, is_shared: Boolean(values.is_shared), province: values.province,
  });
  form.reset();
  delete form.elements.limit.dataset.typed;
  part("told").textContent = words.kept;
  part("told").hidden = false;
  await show();
  part("told").focus();
  (await navigator.serviceWorker?.ready)?.sync?.register("don").catch(() => {});
  await sendNow();
}

async function mend(order) {
  await queue.takeBack(order);
  await showBasket();
  for (const name of ["name", "phone", "street", "email", "note"]) form.elements[name].value = order.body[name];
  province.value = order.province;
  showCommunes();
  commune.value = order.body.commune;
  form.elements.is_shared.checked = order.is_shared;
  await showOrders();
  form.elements.name.focus();
}

function textMessage(order) {
  const goods = order.lines.map(({ id, quantity }) => `${id} x${quantity}`).join(", ");
  const { name, phone, street } = order.body;
  return `DH ${goods}. ${[name, phone, street, order.body.commune].join(", ")}`;
}

function row(order) {
  const state = say(`state_${order.state}`, order);
  const made = element("li", { class: "card stack", "data-order": order.key, "data-state": order.state }, element("h3", {}, state));
  if (order.lines.length) made.append(element("p", {}, order.lines.map(({ title, quantity }) => `${title} × ${quantity}`).join("; ")));
  const doing = element("p", { class: "cluster" });
  if (order.state === "saved" || order.state === "sending") {
    made.append(element("p", { class: "quiet" }, say("limit", { amount: money(order.body.expected_total) })));
    if (order.tries) made.append(element("p", { class: "quiet" }, words.waits));
    doing.append(button(words.send, sendNow, "primary"), element("a", { class: "button", href: `sms:?body=${encodeURIComponent(textMessage(order))}` }, words.text));
    if (!order.tries && order.state === "saved") doing.append(button(words.drop, () => drop(order)));
  } else if (order.state === "received") {
    doing.append(element("a", { class: "button", "data-kind": "primary", href: order.pay_url }, say("pay", { amount: money(order.total_amount) })));
    if (order.order_url) doing.append(element("a", { class: "button", href: order.order_url }, words.open));
    doing.append(button(words.wipe, () => drop(order)));
  } else {
    const reasons = order.state === "ask" ? [...order.changes, ...order.quote.problems.map(({ text }) => text)] : Object.values(order.errors).flat();
    made.append(element("ul", {}, ...[...new Set(reasons)].map((reason) => element("li", {}, reason || words.unknown_answer))));
    if (order.state === "ask" && !order.quote.problems.length) {
      doing.append(button(say("agree", { amount: money(order.quote.total_amount) }), async () => { await queue.agree(order); await showOrders(); await sendNow(); }, "primary"));
    }
    doing.append(button(words.mend, () => mend(order)), button(words.drop, () => drop(order)));
  }
  made.append(doing);
  return made;
}

async function drop(order) {
  await queue.removeOrder(order.key);
  await showOrders();
}

let asked = 0;

async function showOrders() {
  const turn = ++asked;
  const orders = await queue.orders();
  if (turn !== asked) return; // a later look is on its way and knows more
  const focused = document.activeElement.closest("[data-order]")?.dataset.order;
  part("orders").replaceChildren(...orders.map(row));
  if (focused) part("orders").querySelector(`[data-order="${focused}"] .button`)?.focus();
  part("orders-of-device").hidden = orders.length === 0;
}

let later;

async function sendNow() {
  clearTimeout(later);
  await queue.sendAll(showOrders);
  const waiting = (await queue.orders()).filter(({ state }) => state === "saved");
  if (waiting.length) later = setTimeout(sendNow, 5000 * 2 ** Math.min(6, ...waiting.map(({ tries }) => tries)));
}

function showLine() {
  part("line").textContent = navigator.onLine ? words.online : words.offline;
  part("line").dataset.kind = navigator.onLine ? "info" : "warning";
}

async function show() {
  showLine();
  await showBasket();
  await showOrders();
}

part("save").addEventListener("click", () => load(true));
part("more").addEventListener("click", () => {
  most = goods.length;
  showGoods();
});
document.getElementById("tim-trong-may").addEventListener("input", showGoods);
province.addEventListener("change", showCommunes);
form.elements.limit.addEventListener("input", (event) => { event.target.dataset.typed = "1"; });
form.addEventListener("submit", keep);
for (const name of ["online", "offline"]) addEventListener(name, showLine);
addEventListener("online", sendNow);
queue.onNews(showOrders); // the worker, too, sends: what this page shows must not lag behind
document.addEventListener("visibilitychange", () => { if (!document.hidden) sendNow(); });

try {
  await show();
  part("whole").hidden = false;
  await load(false);
  await sendNow();
} catch {
  part("line").textContent = words.cannot_keep;
}
