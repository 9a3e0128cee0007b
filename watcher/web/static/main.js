// The page's beginning: who reads it, which view the address names, and what the daemon tells.

import { onShutOut } from "./api.js";
import { el } from "./dom.js";
import { buildHeader } from "./header.js";
import { showLogin } from "./login.js";
import { daemon, readLastUpdates, refresh } from "./store.js";
import { follow, rest } from "./stream.js";
import { showContainer } from "./container.js";
import { showContainers } from "./containers.js";
import { showHistory } from "./history.js";
import { showRegistries } from "./registries.js";
import { showSettings } from "./settings.js";

const VIEWS = {
  history: [showHistory, "History"], registries: [showRegistries, "Registries"], settings: [showSettings, "Settings"],
};
const EVERY_MS = 60_000;

const page = document.documentElement;
const main = document.getElementById("main");
let leave = () => {};
let shown = "";

/** The view that an address names, and what that is called. */
function viewOf(params) {
  if (params.has("container")) return [`container ${params.get("container")}`, showContainer, params.get("container")];
  const name = params.get("view");
  return Object.hasOwn(VIEWS, name) ? [name, ...VIEWS[name]] : ["containers", showContainers, "Containers"];
}

function show() {
  const params = new URLSearchParams(location.search);
  const [name, view, title] = viewOf(params);
  leave();
  document.title = `${title} · ctr-updater`;
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.dataset.view === name || (link.dataset.view === "containers" && name.startsWith("container"));
    link.toggleAttribute("data-here", isHere);
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.replaceChildren();
  leave = view(main, params) || (() => {});
  if (shown && shown !== name) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  shown = name;
}

function go(address) {
  history.pushState(null, "", address);
  show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='?']");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

function begin() {
  buildHeader(document.getElementById("header"), page.dataset.role);
  addEventListener("popstate", show);
  show();
  refresh().then(readLastUpdates).catch(() => {});
  follow();
  setInterval(() => document.hidden || daemon.isShutOut || refresh(), EVERY_MS);
}

function shutOut() {
  if (daemon.isShutOut) return;
  daemon.isShutOut = true;
  rest();
  leave();
  document.getElementById("header").hidden = true;
  document.title = "Log in · ctr-updater";
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  showLogin(main);
}

onShutOut(shutOut);
if (page.dataset.role === "nobody") shutOut();
else begin();

// A failure of the page's own is told, and not left to the browser's log alone.
addEventListener("unhandledrejection", (event) => {
  main.prepend(el("p.banner.bad", { role: "alert" }, `This page failed: ${event.reason?.message || event.reason}`));
});
