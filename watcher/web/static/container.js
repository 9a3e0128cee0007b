// One container: what it is, what an update would do, what is under way, and what became of it before.

import { get, of } from "./api.js";
import { rollback } from "./actions.js";
import { HEADS, attemptRow } from "./attempts.js";
import { fillPlan } from "./dialogs.js";
import { el, icon, setIcon, setText, strangersLink, table } from "./dom.js";
import { showProgress } from "./progress.js";
import { settingsTable } from "./settings.js";
import { containers, daemon, listen, pullOf, readAttempts, readOne, stageNow } from "./store.js";
import { mayAct, toolbar } from "./toolbar.js";
import { ago, day, groupOf, moment, sentence, short, version, waitWords } from "./words.js";

const ROWS = 20;

function card(title, kind = "") {
  const body = el("div.body", {});
  const section = el(`section.card${kind && `.${kind}`}`, { "aria-label": title, hidden: true }, el("h2", {}, title), body);
  return { section, body, fill: (...children) => fill(section, body, children.flat().filter(Boolean)) };
}

function fill(section, body, children) {
  body.replaceChildren(...children);
  section.hidden = children.length === 0;
}

/** Fill a card anew only where what it shows is new: nobody's focus or selection is taken away. */
function once(card, data, make) {
  const shape = JSON.stringify(data);
  if (card.shape === shape) return;
  card.shape = shape;
  card.fill(...make());
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value);
  return el("dl.facts", {}, known.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

export function showContainer(main, params) {
  const name = params.get("container");
  const mark = icon("unknown", "state");
  const said = el("p.lead", { "aria-live": "polite" });
  const tools = toolbar(name, true);
  const missing = el("p.banner.bad", { role: "alert", hidden: true });
  const cards = {
    progress: card("Under way", "wide"), plan: card("What an update would do"), about: card("About"),
    kept: card("Earlier images"), history: card("History", "wide"), labels: card("Labels that count", "wide"),
  };
  const head = el("div.head", {}, mark, el("div", {}, el("h1", {}, name), said), tools.element);
  main.append(el("a.back", { href: "?" }, icon("back"), "All containers"), missing, head,
    el("div.grid", {}, Object.values(cards).map((each) => each.section)));
  let planned = "";
  let news = 0;

  function show() {
    const found = containers.get(name);
    if (!found) return;
    news += 1;
    const group = groupOf(found);
    head.dataset.group = group;
    setIcon(mark, group);
    mark.classList.toggle("turning", group === "updating");
    tools.update(found);
    once(cards.about, found, () => about(found));
    once(cards.kept, found.kept, () => [kept(found)]);
    tick();
    plan(found, group);
  }

  function tick() {
    const found = containers.get(name);
    if (!found) return;
    setText(said, sentence(found, stageNow(name)));
    cards.progress.section.hidden = !showProgress(cards.progress.body, found);
  }

  /** Plan anew once what is to be done may be another thing; a plan that was refused, at the next news. */
  async function plan(found, group) {
    const key = [group, found.id, found.target, found.verdict].join(" ");
    if (key === planned) return;
    planned = key;
    const isPlanned = group !== "updating" && group !== "current" && !found.error;
    cards.plan.section.hidden = !isPlanned;
    if (!isPlanned) return;
    const asked = news;
    const isPossible = await fillPlan(cards.plan.body, of(name, `plan?again=${group === "held" || group === "failed"}`));
    if (isPossible || key !== planned) return;
    planned = "";
    if (asked !== news) show();
  }

  async function readHistory() {
    const rows = await readAttempts(`last=${ROWS}&name=${encodeURIComponent(name)}`).catch(() => []);
    const heads = HEADS.filter((head) => head !== "Container");
    cards.history.fill(rows.length && table(`History of ${name}`, heads, rows.map((each) => attemptRow(each, true))));
  }

  async function readLabels() {
    const found = await get(of(name, "settings")).catch(() => null);
    if (!found) return;
    const isChosen = (each) => each.from !== "default";
    const shown = (rows) => settingsTable(`Settings of ${name}`, rows, (each) => each.label);
    const rest = found.settings.filter((each) => !isChosen(each));
    cards.labels.fill(
      ...found.remarks.map((line) => el("p.trouble", {}, line)),
      shown(found.settings.filter(isChosen)),
      el("details", {}, el("summary", {}, `${rest.length} more, as they are by default`), shown(rest)),
    );
  }

  function told(what, about) {
    if (what === "list" || (what === "container" && about === name)) show();
    if (what === "list") found();
    if (what === "pull" && containers.has(name) && pullOf(containers.get(name)) === about) tick();
    if (what === "attempt" && about.called === name) readHistory();
  }

  function found() {
    missing.hidden = containers.has(name) || !daemon.status;
    setText(missing, missing.hidden ? "" : `${name} is not followed, or gone.`);
  }

  const deaf = listen(told);
  const timer = setInterval(() => document.hidden || tick(), 1000);
  show();
  readOne(name).catch(() => {});
  readHistory();
  readLabels();
  return () => {
    deaf();
    clearInterval(timer);
  };

  function kept({ kept: images = [] }) {
    if (!images.length) return null;
    const items = images.map((each) => el(
      "li", {},
      el("div", {}, el("strong", {}, version(each.version, each.image)), " ", el("code", {}, short(each.image)),
        el("span.cause", { title: moment(each.since) }, keptWords(each))),
      mayAct() && el("button", { type: "button", onclick: () => rollback(containers.get(name), each.image) }, "Roll back to this"),
    ));
    return el("ul.kept", { "aria-label": "Images that it ran before" }, items);
  }
}

/** When it was left and until when it is kept; a service's is its registry's to keep. */
function keptWords({ since, until }) {
  const left = since ? `left ${ago(since)}` : "ran before";
  return until ? `${left}, kept until ${day(until)}` : `${left}, as long as its registry has it`;
}

function about(found) {
  if (found.error) return [el("p.trouble", {}, found.error)];
  const said = found.version || {};
  const isNew = found.target && found.target !== found.running;
  const others = (found.waits || []).filter((each) => each.for !== "open update"); // the stages tell of that
  const waits = others.map((each) => el("li", {}, waitWords(each), each.why && each.for !== "failed" && el("span.cause", {}, each.why)));
  return [
    facts([
      ["Image", el("code", {}, found.image)],
      ["Runs", runs(said.running, found.running)],
      ["Would run", isNew && runs(said.target, found.target)],
      ["What is new", found.link && strangersLink(found.link)],
      ["Answer", `${found.verdict}: ${found.reason}`],
      ["Mode", found.mode],
      ["State", found.state],
      ["Engine", found.engine],
      ["Id", el("code", {}, short(found.id))],
    ]),
    waits.length > 0 && el("div", {}, el("h3", {}, "Why not now"), el("ul.plain", {}, waits)),
  ];
}

function runs(said, id) {
  return el("span", {}, said ? `${said} ` : "", el("code", {}, short(id)));
}
