// All containers: tiles that count and filter, and a table whose rows stay and are brought up to date in place.

import { arrange, cell, el, icon, nameLink, setAttribute, setIcon, setText, table } from "./dom.js";
import { engineList } from "./engines.js";
import { containers, daemon, listen, stageNow, updated } from "./store.js";
import { toolbar } from "./toolbar.js";
import { GROUPS, TITLES, ago, groupOf, moment, sentence, version } from "./words.js";

const SORTS = { name: "Name", attention: "Attention first", updated: "Last update" };
const URGENCY = ["failed", "unknown", "updating", "waiting", "held", "current"];
const HEADS = ["Container", "Version", "State", "Last update"];
const TICK_MS = 1000;
const SLOWLY = 20; // of those ticks

/** One row, of which only what is new is written. */
class Row {
  constructor(name) {
    this.name = name;
    this.mark = icon("unknown", "state");
    this.image = el("span.path", {});
    this.running = el("span", {});
    this.target = el("span.target", {});
    this.state = el("span.sentence", {});
    this.last = el("span", {});
    this.tools = toolbar(name);
    const link = nameLink(name);
    this.element = el(
      "tr", { role: "row" },
      el("th.what", { scope: "row", role: "rowheader" }, el("div.who", {}, this.mark, el("div", {}, link, this.image))),
      cell("versions", this.running, this.target),
      cell("said", this.state), cell("last", this.last),
      this.tools.element && cell("do", this.tools.element),
    );
  }

  update(found) {
    this.found = found;
    this.group = groupOf(found);
    this.text = `${found.called} ${found.image || ""} ${sentence(found)} ${TITLES[this.group]}`.toLowerCase();
    setAttribute(this.element, "data-group", this.group);
    setIcon(this.mark, this.group);
    setText(this.image, found.image || "–");
    setAttribute(this.image, "title", found.image || null);
    this.versions(found);
    this.tools.update(found);
    this.tick();
  }

  versions({ version: said = {}, running, target }) {
    const isNew = target && target !== running;
    setText(this.running, running ? version(said.running, running) : "–");
    setText(this.target, isNew ? `→ ${version(said.target === said.running ? null : said.target, target)}` : "");
  }

  /** What time alone changes. */
  tick() {
    setText(this.state, sentence(this.found, stageNow(this.name)));
    const at = updated.get(this.name);
    setText(this.last, at ? ago(at) : "");
    setAttribute(this.last, "title", at ? moment(at) : null);
  }
}

export function showContainers(main, params) {
  const rows = new Map();
  const dirty = new Set();
  let frame = 0;
  let ticks = 0;
  let query = params.get("q") || "";
  let groups = new Set((params.get("state") || "").split(",").filter((each) => GROUPS.includes(each)));
  let sort = Object.hasOwn(SORTS, params.get("sort")) ? params.get("sort") : "name";

  const tiles = new Map(GROUPS.map((group) => [group, tile(group)]));
  const search = el("input", {
    type: "search", id: "search", value: query, placeholder: "Search name, image or state", oninput: searched,
    "aria-keyshortcuts": "/", autocomplete: "off", spellcheck: "false",
  });
  const order = el("select", { id: "sort", onchange: sorted },
    Object.entries(SORTS).map(([value, text]) => el("option", { value, selected: value === sort }, text)));
  const count = el("p.count", { role: "status" });
  const clear = el("button.quiet", { type: "button", hidden: true, onclick: cleared }, "Clear filters");
  const listing = table("Containers that are followed", HEADS);
  if (toolbar("").element) listing.tHead.rows[0].append(el("th", { scope: "col", role: "columnheader" }, el("span.unseen", {}, "Actions")));
  const nothing = el("div.nothing", { hidden: true });
  const engines = engineList();
  const body = listing.tBodies[0];

  main.append(
    el("h1.unseen", {}, "Containers"),
    el("div.tiles", { role: "group", "aria-label": "Show only those that are" }, [...tiles.values()].map((each) => each.element)),
    ...(engines.element ? [engines.element] : []),
    el("div.filters", {},
      el("label.unseen", { for: "search" }, "Search"), search,
      el("label", { for: "sort" }, "Sort by"), order, count, clear),
    el("div.sheet", {}, listing, nothing),
  );

  function tile(group) {
    const number = el("span.number", {}, "–");
    const element = el(`button.tile`, { type: "button", "data-group": group, "aria-pressed": groups.has(group), onclick },
      el("span.title", {}, icon(group), TITLES[group]), number);
    function onclick() {
      if (!groups.delete(group)) groups.add(group);
      filtered();
    }
    return { element, number };
  }

  function searched() {
    query = search.value;
    filtered();
  }

  function sorted() {
    sort = order.value;
    filtered();
  }

  function cleared() {
    query = search.value = "";
    groups = new Set();
    filtered();
    search.focus();
  }

  function filtered() {
    const wanted = new URLSearchParams();
    if (query.trim()) wanted.set("q", query.trim());
    if (groups.size) wanted.set("state", [...groups].join(","));
    if (sort !== "name") wanted.set("sort", sort);
    history.replaceState(null, "", `?${wanted}`);
    flush();
  }

  const isShown = (row) => {
    const group = row.group === "updating" ? "waiting" : row.group;
    return (!groups.size || groups.has(group)) && query.toLowerCase().split(/\s+/).every((word) => row.text.includes(word));
  };

  const byName = (one, other) => (one.name < other.name ? -1 : 1);
  const rank = { name: () => 0, attention: (row) => URGENCY.indexOf(row.group), updated: (row) => -Date.parse(updated.get(row.name) || 0) };

  function flush() {
    frame = 0;
    for (const name of dirty) bring(name);
    dirty.clear();
    const all = [...rows.values()].sort((one, other) => rank[sort](one) - rank[sort](other) || byName(one, other));
    arrange(body, all.map((row) => row.element));
    let shown = 0;
    for (const row of all) {
      const isHere = isShown(row);
      if (row.element.hidden === isHere) row.element.hidden = !isHere;
      shown += isHere;
    }
    counted(shown);
  }

  function bring(name) {
    const found = containers.get(name);
    if (!found) {
      rows.get(name)?.element.remove();
      rows.delete(name);
      return;
    }
    if (!rows.has(name)) rows.set(name, new Row(name));
    rows.get(name).update(found);
  }

  function counted(shown) {
    const counts = Object.groupBy([...rows.values()], (row) => (row.group === "updating" ? "waiting" : row.group));
    for (const [group, { element, number }] of tiles) {
      setText(number, daemon.status ? String(counts[group]?.length || 0) : "–");
      setAttribute(element, "aria-pressed", groups.has(group));
    }
    const isFiltered = groups.size > 0 || query.trim() !== "";
    setText(count, isFiltered ? `${shown} of ${rows.size}` : howMany());
    clear.hidden = !isFiltered;
    nothing.hidden = shown > 0;
    if (!shown) nothing.replaceChildren(...emptiness());
  }

  function howMany() {
    const services = [...rows.values()].filter((row) => row.found.kind === "service").length;
    const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
    const containers = rows.size - services;
    return [(containers || !services) && many(containers, "container"), services && many(services, "service")].filter(Boolean).join(", ");
  }

  function emptiness() {
    if (rows.size) return [el("p", {}, "No container fits.")];
    if (!daemon.status) return [el("p", {}, "Reading …")];
    return [
      el("p", {}, "No container is followed yet. One opts in by a label:"),
      el("code.block", {}, "docker run --label ctr-updater.enable=true …"),
    ];
  }

  function soon() {
    frame ||= requestAnimationFrame(flush);
  }

  function told(what, about) {
    if (what === "list") for (const name of new Set([...containers.keys(), ...rows.keys()])) dirty.add(name);
    else if (what === "container") dirty.add(about);
    else if (what === "attempt") dirty.add(about.called);
    else if (what !== "daemon") return;
    engines.update();
    soon();
  }

  function tick() {
    if (document.hidden) return;
    const isSlow = ticks++ % SLOWLY === 0;
    for (const row of rows.values()) if (isSlow || row.group === "updating") row.tick();
  }

  function key(event) {
    if (event.key !== "/" || event.target.closest("input, select, textarea, dialog")) return;
    event.preventDefault();
    search.focus();
  }

  const deaf = listen(told);
  const timer = setInterval(tick, TICK_MS);
  document.addEventListener("keydown", key);
  told("list");
  return () => {
    deaf();
    clearInterval(timer);
    cancelAnimationFrame(frame);
    document.removeEventListener("keydown", key);
  };
}
