// The basket's count in the header. The page itself is the same for everybody and comes from a cache;
// the count is in the cookie "gio", which the basket's own pages set.
const badge = document.querySelector("[data-basket-count]");

function showCount() {
  const count = Number(document.cookie.match(/(?:^|; )gio=(\d{1,4})(?:;|$)/)?.[1] ?? 0);
  badge.textContent = count;
  badge.hidden = count === 0;
}

showCount();
addEventListener("pageshow", showCount);
addEventListener("basket-changed", showCount);
