// The daemon's events, while somebody looks: a browser has few connections to one host for all of its tabs.

import { get } from "./api.js";
import { setText } from "./dom.js";
import { refresh, take } from "./store.js";

const KINDS = ["container", "stage", "pull", "attempt"];
const AGAIN_MS = 3000;

let source = null;
let timer = 0;

function say(isLive) {
  const mark = document.getElementById("live");
  if (!mark) return;
  mark.classList.toggle("off", !isLive);
  setText(mark.lastChild, isLive ? "Live" : "Reconnecting");
}

function open() {
  clearTimeout(timer);
  if (source || document.hidden) return;
  let hasBroken = false;
  source = new EventSource("api/v1/events");
  source.onopen = () => {
    say(true);
    if (hasBroken) refresh();
    hasBroken = false;
  };
  source.onerror = () => {
    say(false);
    hasBroken = true;
    if (source?.readyState === EventSource.CLOSED) again();
  };
  for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, JSON.parse(event.data)));
}

/** Come again by ourselves where the browser gives up; the session may have ended, which `get` finds out. */
function again() {
  close();
  get("status").catch(() => {});
  timer = setTimeout(() => {
    open();
    refresh();
  }, AGAIN_MS);
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function changed() {
  if (document.hidden) return close();
  open();
  refresh();
}

export function follow() {
  document.addEventListener("visibilitychange", changed);
  open();
}

export function rest() {
  document.removeEventListener("visibilitychange", changed);
  close();
}
