// The basket and the orders kept on this device, and the sending of the orders. The page of the market on the phone
// and the service worker both use it. An order keeps its number (client_order_id) until the market has answered, so
// that it is one order however often it is sent.
const PATIENCE_MS = 30000;
const NEWS = "cho-phien";

// Calls whenever another window, or the worker, has changed an order of this device.
export function onNews(call) {
  new BroadcastChannel(NEWS).onmessage = call;
}

function tellOthers() {
  const channel = new BroadcastChannel(NEWS);
  channel.postMessage("orders");
  channel.close();
}

function database() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("cho-phien", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("basket", { keyPath: "id" });
      asked.result.createObjectStore("orders", { keyPath: "key" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(names, mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(names, mode);
      const asked = work(transaction);
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

const all = (name) => within([name], "readonly", (transaction) => transaction.objectStore(name).getAll());
const put = (name, value) => within([name], "readwrite", (transaction) => transaction.objectStore(name).put(value));
const remove = (name, key) => within([name], "readwrite", (transaction) => transaction.objectStore(name).delete(key));

export const basketLines = () => all("basket");
export const putLine = (line) => put("basket", line);
export const removeLine = (id) => remove("basket", id);
export const orders = async () => (await all("orders")).sort((one, other) => other.at - one.at);
export const removeOrder = (key) => remove("orders", key);

// The order is there and the basket empty, or neither: a phone that dies in between keeps the basket.
export function keepOrder(order) {
  return within(["basket", "orders"], "readwrite", (transaction) => {
    transaction.objectStore("orders").put(order);
    transaction.objectStore("basket").clear();
  });
}

export function takeBack(order) {
  return within(["basket", "orders"], "readwrite", (transaction) => {
    for (const line of order.lines) transaction.objectStore("basket").put(line);
    transaction.objectStore("orders").delete(order.key);
  });
}

// The same goods for the price that the market tells now, under a new number: what was refused is never sent again.
export function agree(order) {
  const key = crypto.randomUUID();
  const body = { ...order.body, client_order_id: key, expected_total: order.quote.total_amount, seen_days: order.quote.promised_days };
  return within(["orders"], "readwrite", (transaction) => {
    const store = transaction.objectStore("orders");
    store.delete(order.key);
    store.put({ ...order, key, body, state: "saved", changes: [], errors: {}, quote: null });
  });
}

// One at a time on this device, whatever windows are open. Returns when nothing is left that can be sent now.
export async function sendAll(told = () => {}) {
  await navigator.locks.request("gui-don", async () => {
    for (const order of (await orders()).reverse()) {
      if (order.state === "saved" || order.state === "sending") await send(order, told);
    }
  });
}

async function send(order, told) {
  const change = async (values) => {
    Object.assign(order, values);
    await put("orders", order);
    tellOthers();
    await told(order);
  };
  await change({ state: "sending" });
  let status, answer;
  try {
    const sent = await fetch(`${order.address}?ngon-ngu=${order.language}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order.body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    status = sent.status;
    answer = await sent.json();
  } catch { // perhaps it has arrived and the answer was lost: the same request again tells
    return change({ state: "saved", tries: order.tries + 1 });
  }
  if (status === 200 || status === 201) {
    const { number, total_amount } = answer;
    const pay_url = new URL(answer.pay_url).pathname; // on this very host, whatever the market calls itself
    const links = order.is_shared ? { pay_url } : { pay_url, order_url: new URL(answer.order_url).pathname };
    return change({ state: "received", body: null, lines: [], number, total_amount, ...links }); // no address stays here
  }
  if (status === 409 && answer.error.code === "confirm_again") return change({ state: "ask", changes: answer.changes, quote: answer.quote });
  if (status === 422) return change({ state: "mend", errors: answer.errors });
  if (status === 429 || status >= 500) return change({ state: "saved", tries: order.tries + 1 });
  return change({ state: "mend", errors: { "": [answer.error?.message ?? ""] } });
}
