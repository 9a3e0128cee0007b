// What holds, and where it comes from. Nothing can be changed here: it is chosen where the daemon is started.

import { get } from "./api.js";
import { cell, el, row, table } from "./dom.js";

const SOURCES = {
  flag: "a flag", variable: "a variable", label: "its label", default: "the default", watchtower: "a Watchtower beside",
};

export function showSettings(main) {
  const place = el("div.sheet", {}, el("p.nothing", {}, "Reading …"));
  main.append(
    el("h1", {}, "Settings"),
    el("p.hint", {}, "Read only. They are flags of ", el("code", {}, "watcher run"), ", or variables; labels speak louder for their containers."),
    place,
  );
  get("settings").then(
    (rows) => place.replaceChildren(settingsTable("Settings of the daemon", rows, (each) => each.name)),
    (error) => place.replaceChildren(el("p.trouble", {}, error.words)),
  );
}

/** A table of settings; those that somebody chose stand out. */
export function settingsTable(caption, rows, named) {
  return table(caption, ["Setting", "Value", "From", "Means"], rows.map((each) => settingRow(each, named(each))));
}

function settingRow(each, name) {
  const source = el("span.badge", { "data-from": each.from }, SOURCES[each.from] || each.from);
  const value = each.value === "" ? el("span.hint", {}, "none") : el("code", {}, each.value);
  const made = row(
    el("th.setting", { scope: "row", role: "rowheader", title: each.variable || null }, name),
    cell("value", value), cell("source", source), cell("about", each.about || ""),
  );
  made.dataset.from = each.from;
  return made;
}
