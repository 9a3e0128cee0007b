// Rows of the history: what became of updates, and what people decided.

import { cell, el, icon, nameLink, row, strangersLink } from "./dom.js";
import { OUTCOME_GROUP, ago, moment, outcome, took, version } from "./words.js";

export const HEADS = ["When", "Container", "What", "Version", "Took", "Down", "By", "Why"];

export function attemptRow(each, isOfOne = false) {
  const said = outcome(each);
  const group = OUTCOME_GROUP[said] || "unknown";
  const name = nameLink(each.called);
  const made = row(
    cell("when", el("time", { datetime: each.at, title: moment(each.at) }, ago(each.at))),
    !isOfOne && cell("what", name),
    cell("outcome", el("span.badge", { "data-group": group }, icon(group), said)),
    cell("versions", versions(each)),
    cell("took", timed("took", each.took_s, each.stages)),
    cell("down", timed("down", each.down_s)),
    cell("by", each.by),
    cell("why", each.why || "", each.link && [" ", strangersLink(each.link, "what is new")]),
  );
  made.dataset.group = group;
  return made;
}

function versions({ old, new: other }) {
  if (!old && !other) return "";
  const differs = old?.version !== other?.version;
  const shown = (image) => (image ? version(differs ? image.version : null, image.id) : "?");
  return other && other.id !== old?.id ? `${shown(old)} → ${shown(other)}` : shown(old || other);
}

function timed(about, seconds, stages = {}) {
  const each = Object.entries(stages).map(([stage, time]) => `${stage.replaceAll("_", " ")} ${took(time)}`);
  return el("span", { title: each.join(", ") || null, "data-about": about }, seconds === null ? "–" : took(seconds));
}
