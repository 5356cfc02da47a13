// The menu of our own screens: opens over the page on a telephone, folds to its icons on a desk. Without script the
// link that opens it leads to its address, and it does not fold.
const menu = document.querySelector(".panel-menu");
const bar = menu.querySelector(".sidebar");

const link = menu.querySelector(".panel-menu__toggle");
const toggle = document.createElement("button");
toggle.type = "button";
toggle.className = link.className;
toggle.setAttribute("aria-label", link.getAttribute("aria-label"));
const close = menu.querySelector(".panel-menu__close");
toggle.append(link.firstElementChild, close.firstElementChild);
close.remove();
link.replaceWith(toggle);
menu.dataset.scripted = "";

function open(isOpen) {
  menu.toggleAttribute("data-open", isOpen);
  toggle.setAttribute("aria-expanded", isOpen);
}
open(location.hash === `#${menu.id}`);
toggle.addEventListener("click", () => open(!menu.hasAttribute("data-open")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.hasAttribute("data-open")) return;
  open(false);
  toggle.focus();
});
document.addEventListener("click", (event) => { if (!menu.contains(event.target)) open(false); });
menu.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !menu.contains(event.relatedTarget)) open(false);
});

menu.addEventListener("toggle", (event) => event.target.scrollIntoView({ block: "nearest" }), true);

// Wagtail's screens read the same cookie.
const fold = menu.querySelector(".sidebar__collapse-toggle");
const wide = matchMedia("(min-width: 50em)");
let isFolded = document.body.classList.contains("sidebar-collapsed");

function draw() {
  document.body.classList.toggle("sidebar-collapsed", isFolded);
  bar.classList.toggle("sidebar--slim", isFolded && wide.matches);
  fold.setAttribute("aria-expanded", !isFolded);
  for (const label of bar.querySelectorAll(".menuitem-label")) {
    const one = label.closest("a, summary, button");
    if (isFolded) one.title = label.textContent;
    else one.removeAttribute("title");
  }
}
fold.hidden = false;
fold.addEventListener("click", () => {
  isFolded = !isFolded;
  document.cookie = `wagtail_sidebar_collapsed=${Number(isFolded)}; path=/; samesite=lax`;
  draw();
});
wide.addEventListener("change", draw);
draw();
