// The history of all containers, the newest first; it grows at its top as attempts end.

import { HEADS, attemptRow } from "./attempts.js";
import { el, setText, table } from "./dom.js";
import { listen, readAttempts } from "./store.js";
import { outcome } from "./words.js";

const PAGE = 100;
const MOST = 1000;
const KINDS = ["", "updated", "rolled back", "failed", "refused", "recovered", "held", "released", "approved"];

export function showHistory(main, params) {
  let rows = [];
  let wanted = PAGE;
  const listing = table("What became of updates", HEADS);
  const nothing = el("p.nothing", { hidden: true }, "Nothing yet.");
  const more = el("button", { type: "button", hidden: true, onclick: () => read(Math.min(wanted * 3, MOST)) }, "Show more");
  const count = el("p.count", { role: "status" });
  const search = el("input", {
    type: "search", id: "search", value: params.get("q") || "", placeholder: "Search name or reason", oninput: filtered,
    autocomplete: "off", spellcheck: "false",
  });
  const kind = el("select", { id: "kind", onchange: filtered },
    KINDS.map((value) => el("option", { value, selected: value === params.get("what") }, value || "Everything")));

  main.append(
    el("h1", {}, "History"),
    el("div.filters", {}, el("label.unseen", { for: "search" }, "Search"), search, el("label", { for: "kind" }, "Show"), kind, count),
    el("div.sheet", {}, listing, nothing), more,
  );

  function filtered() {
    const said = new URLSearchParams({ view: "history" });
    if (search.value.trim()) said.set("q", search.value.trim());
    if (kind.value) said.set("what", kind.value);
    history.replaceState(null, "", `?${said}`);
    show();
  }

  const isShown = (each) => {
    const text = `${each.called} ${each.why} ${each.by} ${outcome(each)}`.toLowerCase();
    return (!kind.value || outcome(each) === kind.value) && text.includes(search.value.trim().toLowerCase());
  };

  function show() {
    const shown = rows.filter(isShown);
    listing.tBodies[0].replaceChildren(...shown.map((each) => attemptRow(each)));
    nothing.hidden = shown.length > 0;
    setText(count, shown.length === rows.length ? `${rows.length} entries` : `${shown.length} of ${rows.length}`);
    more.hidden = rows.length < wanted || wanted >= MOST;
  }

  async function read(count) {
    wanted = count;
    try {
      rows = await readAttempts(`last=${wanted}`);
      show();
    } catch (error) {
      nothing.hidden = false;
      setText(nothing, error.words);
    }
  }

  read(PAGE);
  return listen((what, about) => {
    if (what !== "attempt") return;
    rows.unshift(about);
    show();
  });
}
