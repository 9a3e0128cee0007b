// What is asked before something is done: each dialog shows what would be done, and gives an answer or null.

import { get, of } from "./api.js";
import { el } from "./dom.js";
import { ago, version } from "./words.js";

/** Show a dialog, and wait for its end: what `answer` says where it was confirmed, else null. */
function ask(title, yes, answer, ...body) {
  const { promise, resolve } = Promise.withResolvers ? Promise.withResolvers() : deferred();
  const before = document.activeElement;
  const confirm = el("button.primary", { type: "submit", value: "yes" }, yes);
  const cancel = el("button", { type: "button", onclick: () => dialog.close("") }, "Cancel");
  const form = el("form", { method: "dialog" }, el("h2", { id: "asked" }, title), ...body, el("div.answers", {}, cancel, confirm));
  const dialog = el("dialog", { "aria-labelledby": "asked", onclose }, form);

  function onclose() {
    const said = dialog.returnValue === "yes" ? answer() : null;
    dialog.remove();
    before?.focus?.();
    resolve(said);
  }

  document.body.append(dialog);
  dialog.showModal();
  confirm.focus();
  return { promise, confirm };
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
}

/** The text of a plan, as `--dry-run` prints it, with its steps as a list. */
export function planOf({ text }) {
  const lines = text.split("\n").map((line) => line.trim());
  const steps = lines.filter((line) => /^\d+\. /.test(line)).map(step);
  const notes = lines.filter((line) => line && !/^\d+\. /.test(line));
  return el("div.plan", {}, notes.map((line) => el("p", {}, line)), steps.length > 0 && el("ol", {}, steps));
}

function step(line) {
  const said = line.replace(/^\d+\. /, "");
  const at = said.lastIndexOf(": ");
  if (at < 0) return el("li", {}, said);
  return el("li", {}, el("strong", {}, said.slice(0, at)), el("span.cause", {}, said.slice(at + 2)));
}

const wanted = new WeakMap(); // by place: the plan that was asked for last

/** Put a plan, or why there is none, into `place`; whether there is one, and no other was asked for meanwhile. */
export async function fillPlan(place, path) {
  const asked = get(path).then(planOf);
  wanted.set(place, asked);
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(el("p.hint", {}, "Working out what would be done …"));
  const [shown, isPossible] = await asked.then((plan) => [plan, true], (error) => [el("p.trouble", {}, error.words), false]);
  if (wanted.get(place) !== asked) return false;
  place.replaceChildren(shown);
  place.removeAttribute("aria-busy");
  return isPossible;
}

export function askPlainly(title, about, yes) {
  return ask(title, yes, () => true, el("p", {}, about)).promise;
}

/** Ask with the plan; without one there is no way on, unless it only tells what may follow. */
export function askPlan(title, about, path, yes, onlyTells = false) {
  const place = el("div.planned", { "aria-live": "polite", tabindex: "0", "aria-label": "What would be done" });
  const { promise, confirm } = ask(title, yes, () => true, el("p", {}, about), place);
  confirm.disabled = true; // what has not been shown is not confirmed
  place.focus();
  fillPlan(place, path).then((isPossible) => { confirm.disabled = !isPossible && !onlyTells; });
  return promise;
}

export function askRollback(found, image) {
  const place = el("div.planned", { "aria-live": "polite", tabindex: "0", "aria-label": "What would be done" });
  let chosen = image || found.kept[0]?.image || "";
  const choices = found.kept.map((kept) => {
    const input = el("input", { type: "radio", name: "kept", value: kept.image, checked: kept.image === chosen, onchange });
    return el("label.choice", {}, input, el("span", {}, version(kept.version, kept.image), kept.since && el("small", {}, ` left ${ago(kept.since)}`)));
  });
  const about = "It goes back by an ordinary update, and its data stay as they are. The image that it leaves is held for it.";
  const fields = choices.length > 0 && el("fieldset", {}, el("legend", {}, "Back to"), choices);
  const { promise, confirm } = ask(`Roll ${found.called} back?`, "Roll back", () => ({ to: chosen }), el("p", {}, about), fields, place);

  async function plan() {
    confirm.disabled = true;
    const isPossible = await fillPlan(place, of(found.called, `plan?rollback=${encodeURIComponent(chosen)}`));
    if (isPossible) confirm.disabled = false;
  }

  function onchange(event) {
    chosen = event.target.value;
    plan();
  }

  plan();
  return promise;
}

const HOLDS = [["", "until it is released"], ["1d", "for a day"], ["7d", "for a week"], ["30d", "for 30 days"], ["image", "while its tag means this image"]];

export function askHold(name) {
  const time = el("select", { id: "hold-for" }, HOLDS.map(([value, text]) => el("option", { value }, text)));
  const why = el("input", { id: "hold-why", type: "text", maxlength: 200, placeholder: "such as: the fair", autocomplete: "off" });
  const said = el("p.hint", {}, "Nothing is stopped: nobody but a person updates it until then.");

  function answer() {
    const body = time.value === "image" ? { this_image: true } : time.value ? { for: time.value } : {};
    return why.value.trim() ? { ...body, why: why.value.trim() } : body;
  }

  const fields = [
    el("label", { for: "hold-for" }, "How long"), time, el("label", { for: "hold-why" }, "Why"), why, said,
  ];
  const { promise } = ask(`Hold ${name}?`, "Hold", answer, ...fields);
  return promise;
}

