// The registries: who follows them, what waits until when and why, what is left of a limit, who has no answer.

import { get } from "./api.js";
import { arrange, el, icon, nameLink } from "./dom.js";
import { containers, listen } from "./store.js";
import { ago, moment, sentence, span } from "./words.js";

export function showRegistries(main) {
  const place = el("div.cards", {}, el("p.nothing", {}, "Reading …"));
  const cards = new Map();
  main.append(el("h1", {}, "Registries"), place);

  async function read() {
    try {
      const found = await get("registries");
      const none = el("p.nothing", {}, "No registry is asked: nobody follows a tag of one.");
      arrange(place, found.length ? found.map(brought) : [none]);
    } catch (error) {
      place.replaceChildren(el("p.trouble", {}, error.words));
    }
  }

  /** The card of a registry: the one there is, as long as it says the same; what a person opened stays open. */
  function brought(each) {
    const shape = JSON.stringify([{ ...each, until: each.until?.slice(0, 16) }, silentOf(each)]);
    const known = cards.get(each.registry);
    if (known?.shape === shape) return known.element;
    const element = card(each);
    element.querySelector("details").open = known?.element.querySelector("details").open || false;
    cards.set(each.registry, { shape, element });
    return element;
  }

  read();
  const timer = setInterval(() => document.hidden || read(), 30_000);
  const deaf = listen((what) => what === "list" && read());
  return () => {
    clearInterval(timer);
    deaf();
  };
}

const silentOf = (each) => each.containers.filter((name) => containers.get(name)?.verdict === "unknown");

function card(each) {
  const silent = silentOf(each);
  const group = each.until ? "failed" : silent.length ? "unknown" : "current";
  const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return el(
    "section.card.registry", { "data-group": group, "aria-label": each.registry },
    el("h2", {}, icon(group, "state"), each.registry),
    el("p.sentence", {}, state(each, silent.length)),
    each.limit && limit(each.limit),
    el("p.hint", {}, `${many(each.tags.length, "tag")}, followed by ${many(each.containers.length, "container")}`),
    silent.length > 0 && list("No answer for", silent),
    el("details", {}, el("summary", {}, "Tags"), el("ul.plain", {}, each.tags.map((tag) => el("li.path", {}, tag)))),
  );
}

function state(each, silent) {
  if (each.until) return `Left alone for another ${span((Date.parse(each.until) - Date.now()) / 1000)}: ${each.why}`;
  return silent ? "Asked as usual; some questions have no answer" : "Asked as usual";
}

function limit({ limit: all, left, window_s: seconds, at }) {
  const told = `${left} of ${all} questions left${seconds ? ` in ${span(seconds)}` : ""}`;
  const meter = el("meter", { min: 0, max: all, low: all / 5, optimum: all, value: left, "aria-label": told });
  return el("div.limit", {}, meter, el("span", { title: moment(at) }, `${told}, as it told ${ago(at)}`));
}

function list(title, names) {
  const links = names.map((name) => el("li", {}, nameLink(name), `: ${sentence(containers.get(name))}`));
  return el("div", {}, el("h3", {}, title), el("ul.plain", {}, links));
}
