// The engines, where there are several: how each of them is, and the way to what runs on it alone.

import { arrange, el, icon, setAttribute, setIcon, setText } from "./dom.js";
import { containers, daemon } from "./store.js";
import { ago, isSeveral } from "./words.js";

/** A list that can be brought up to date: `{element, update()}`; of one engine there is nothing to say. */
export function engineList() {
  if (!isSeveral) return { element: null, update() {} };
  const element = el("ul.engines", { "aria-label": "Engines" });
  const items = new Map();

  function item({ name }) {
    const mark = icon("unknown", "state");
    const said = el("span.cause", {});
    const link = el("a.name", { href: `?q=${encodeURIComponent(`${name}/`)}` }, name);
    return { element: el("li", {}, mark, link, said), mark, said };
  }

  function bring(each) {
    if (!items.has(each.name)) items.set(each.name, item(each));
    const { element: shown, mark, said } = items.get(each.name);
    const count = [...containers.values()].filter((one) => one.engine === each.name).length;
    setIcon(mark, each.up ? "current" : "failed");
    setAttribute(shown, "data-group", each.up ? "current" : "failed");
    setAttribute(said, "title", each.why || null);
    setText(said, each.up ? `${count} followed, looked ${each.last_look ? ago(each.last_look) : "not yet"}` : `gone: ${each.why || "not followed yet"}`);
    return shown;
  }

  return { element, update: () => arrange(element, (daemon.status?.engines || []).map(bring)) };
}
