// What is under way with a container: the layers of its pull, and the stages of its update with their times.

import { el, icon, setAttribute, setText } from "./dom.js";
import { pullOf, pulls, stages } from "./store.js";
import { bytes, outcome, took } from "./words.js";

/** Shows it in `place`, built anew only where its parts are others; whether there is anything to show. */
export function showProgress(place, found) {
  const pull = pulls.get(pullOf(found));
  const run = stages.get(found.called);
  const shape = JSON.stringify([pull && shapeOf(pull), run?.isOver, run?.list.map((each) => [each.took_s, each.is_done])]);
  if (place.dataset.shape !== shape) {
    place.dataset.shape = shape;
    place.replaceChildren(...[pull && barsOf(pull), run && runOf(run)].filter(Boolean));
  }
  if (pull && !pull.isOver) movePull(place, pull);
  if (run) moveStages(place, run);
  return Boolean(pull || run);
}

const shapeOf = (pull) => [pull.image, pull.isOver, (pull.parts || []).map((part) => part.id)];

function barsOf(pull) {
  if (pull.isOver) {
    return el("p", { "data-group": pull.why ? "failed" : "current" }, icon(pull.why ? "failed" : "current"),
      pull.why ? ` The pull failed: ${pull.why}` : ` Pulled in ${took(pull.took_s)}`);
  }
  const parts = pull.parts || [];
  return el(
    "div.pull", {},
    el("p", { "data-group": "updating" }, icon("updating", "turning"), " ", el("span.words", {})),
    el("progress.all", { max: 1, "aria-label": "The whole pull" }),
    parts.length > 0 && el("ul.layers", { "aria-label": "Layers" }, parts.map(layer)),
  );
}

function layer(part) {
  return el("li", {}, el("code", {}, part.id.slice(0, 12)), el("span.status", {}),
    el("progress", { "aria-label": `Layer ${part.id.slice(0, 12)}` }));
}

function movePull(place, pull) {
  setText(place.querySelector(".words"), pullWords(pull));
  moveBar(place.querySelector("progress.all"), pull.bytes || 0, pull.bytes_total || 0);
  const items = place.querySelectorAll(".layers li");
  (pull.parts || []).forEach((part, at) => {
    const isDone = part.status === "Pull complete" || part.status === "Already exists";
    setText(items[at].querySelector(".status"), part.status);
    moveBar(items[at].querySelector("progress"), isDone ? 1 : part.current, isDone ? 1 : part.total);
  });
}

function moveBar(bar, value, max) {
  setAttribute(bar, "max", max || 1);
  setAttribute(bar, "value", max ? Math.min(value, max) : 0);
}

function pullWords(pull) {
  if (pull.waits) return `Waits for ${pull.waits}`;
  if (!pull.layers) return `Pulls ${pull.image}`;
  const size = pull.bytes_total ? `, ${bytes(pull.bytes)} of ${bytes(pull.bytes_total)}` : "";
  return `Pulls ${pull.image}: ${pull.layers_done} of ${pull.layers} layers${size}`;
}

function runOf(run) {
  const ended = run.isOver && el("p.hint", {}, `It ended: ${outcome({ kind: "update", outcome: run.outcome })}`);
  return el("div", {}, el("ol.stages", { "aria-label": "Stages" }, run.list.map(stage)), ended);
}

function stage(each) {
  const isNow = each.took_s === null;
  const group = isNow ? "updating" : each.is_done ? "current" : "failed";
  const whose = each.container === each.update ? "" : `${each.container}: `;
  return el("li", { "data-group": group, "aria-current": isNow ? "step" : null },
    icon(group, isNow ? "turning" : "still"), el("span", {}, `${whose}${each.doing}`),
    el("span.time", {}, isNow ? "" : took(each.took_s)),
    isNow && each.limit_s > 0 && el("progress", { max: each.limit_s, "aria-label": each.doing }));
}

function moveStages(place, run) {
  const items = place.querySelectorAll(".stages li");
  run.list.forEach((each, at) => {
    if (each.took_s !== null) return;
    const passed = (Date.now() - each.began) / 1000;
    setText(items[at].querySelector(".time"), `${Math.round(passed)}${each.limit_s ? ` of ${took(each.limit_s).replace(/(\.0)? s$/, "")}` : ""} s`);
    const bar = items[at].querySelector("progress");
    if (bar) moveBar(bar, passed, each.limit_s);
  });
}
