// What stands above each view: where one can go, how the daemon is, and what concerns all containers.

import { logOut } from "./api.js";
import { look } from "./actions.js";
import { el, icon, setText } from "./dom.js";
import { daemon, listen } from "./store.js";
import { nextTheme } from "./theme.js";
import { ago, isSeveral, span } from "./words.js";

const VIEWS = [["containers", "Containers"], ["history", "History"], ["registries", "Registries"], ["settings", "Settings"]];

function link([view, title]) {
  const href = view === "containers" ? "?" : `?view=${view}`;
  return el("a", { href, "data-view": view }, icon(view), el("span", {}, title));
}

function button(name, title, onclick, ...more) {
  return el("button.quiet", { type: "button", title, "aria-label": title, onclick }, icon(name), ...more);
}

async function leaveAll() {
  await logOut();
  location.assign(location.pathname);
}

function logIn() {
  document.documentElement.dataset.role = "nobody";
  import("./login.js").then(({ showLogin }) => showLogin(document.getElementById("main")));
}

export function buildHeader(header, role) {
  const pulse = el("p.pulse", {});
  const trouble = el("p.banner.bad", { role: "alert", hidden: true });
  const live = el("span.live.off", { id: "live" }, el("span.dot", {}), el("span", {}, "Connecting"));
  header.replaceChildren(
    el("a.brand", { href: "?", "aria-label": "ctr-updater: all containers" },
      el("img", { src: "static/icon.svg", alt: "", width: 28, height: 28 }), el("span", {}, "ctr-updater")),
    el("nav", { "aria-label": "Views" }, VIEWS.map(link)),
    el("div.daemon", {}, live, pulse),
    el("div.tools", {},
      role === "actor" && button("check", "Look at all containers now", look, el("span", {}, "Look now")),
      button("theme", "Light, dark, or as the system has it", nextTheme),
      role === "public" ? button("enter", "Log in", logIn) : button("leave", "Log out", leaveAll)),
    trouble,
  );
  header.hidden = false;
  const update = () => tell(pulse, trouble);
  listen((what) => what === "daemon" && update());
  setInterval(update, 15_000);
}

function tell(pulse, trouble) {
  const status = daemon.status;
  trouble.hidden = !daemon.trouble && !isDown(status);
  setText(trouble, daemon.trouble || whoIsGone(status));
  if (!status) return;
  const looks = status.engines.map((each) => each.last_look).filter(Boolean).sort();
  const last = looks.length ? `Looked ${ago(looks.at(-1))}` : "No look yet";
  const left = status.next_pull ? (Date.parse(status.next_pull) - Date.now()) / 1000 : 0;
  setText(pulse, left > 0 ? `${last} · next pull in ${span(left < 90 ? left : left - (left % 60))}` : last);
}

const isDown = (status) => Boolean(status?.engines.some((each) => !each.up));

function whoIsGone(status) {
  if (!isDown(status)) return "";
  const gone = status.engines.filter((each) => !each.up).map((each) => each.name);
  const [are, them] = gone.length > 1 ? ["are", "them"] : ["is", "it"];
  return `${isSeveral ? gone.join(", ") : "The engine"} ${are} gone; the daemon waits for ${them}.`;
}
