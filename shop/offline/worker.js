// The service worker's rules. In front of them the server writes MARKET: addresses and a version of today.
// Pages that belong to somebody are never kept; a page from the network always wins over a kept one within 3 seconds.
const SHELL = `vo-${MARKET.version}`;
const PAGES = "trang";
const PICTURES = "anh";
const DATA = "du-lieu";
const MOST = { [PAGES]: 40, [PICTURES]: 60 };
const PATIENCE_MS = 3000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([...MARKET.shell, ...Object.values(MARKET.pages)])));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("vo-") && name !== SHELL) await caches.delete(name);
    }
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, pathname));
  else if (pathname.startsWith(MARKET.pictures)) event.respondWith(keptFirst(event, PICTURES));
  else if (MARKET.shell.includes(pathname)) event.respondWith(keptFirst(event, SHELL));
  else if (MARKET.data.includes(pathname)) event.respondWith(fetch(request).catch(() => kept(request, DATA)));
});

addEventListener("sync", (event) => {
  if (event.tag === "don") event.waitUntil(sendAll());
});

const isPrivate = (path) => MARKET.private.some((start) => path.startsWith(start));

async function page(event, path) {
  const { request } = event;
  if (isPrivate(path)) return fetch(request).catch(() => withoutLine(path));
  const coming = fetch(request).then((answer) => {
    const rule = answer.headers.get("Cache-Control") ?? "";
    if (answer.status === 200 && !/private|no-store/.test(rule)) event.waitUntil(keep(PAGES, request, answer.clone()));
    return answer;
  });
  const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); });
  try {
    return await Promise.race([coming, patience]) ?? await kept(request, PAGES) ?? await coming;
  } catch {
    coming.catch(() => {});
    return await kept(request, PAGES) ?? withoutLine(path);
  }
}

async function withoutLine(path) {
  const code = Object.keys(MARKET.pages).find((each) => path.startsWith(`/${each}/`));
  const address = MARKET.pages[code] ?? Object.values(MARKET.pages)[0];
  return await caches.match(address, { cacheName: SHELL }) ?? Response.error();
}

async function keptFirst(event, name) {
  const found = await kept(event.request, name);
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.status === 200) event.waitUntil(keep(name, event.request, answer.clone()));
  return answer;
}

const kept = (request, cacheName) => caches.match(request, { cacheName, ignoreVary: true });

async function keep(name, request, answer) {
  try {
    const cache = await caches.open(name);
    await cache.delete(request, { ignoreVary: true });
    await cache.put(request, answer);
    const all = await cache.keys(); // oldest first
    for (const old of all.slice(0, Math.max(0, all.length - (MOST[name] ?? all.length)))) await cache.delete(old);
  } catch {
    // no room left: the page was shown, it is only not kept
  }
}
