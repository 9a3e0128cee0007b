// What is known: containers by what they are called, what is under way with them, and how the daemon is. It tells who listens.

import { get, of } from "./api.js";
import { called, tagOf } from "./words.js";

export const containers = new Map();
export const stages = new Map(); // by container: the stages of the update that is under way, or was the last one
export const pulls = new Map(); // by `pullOf`: how far the pull of a tag is
export const updated = new Map(); // by container: when its last update ended well
export const daemon = { status: null, trouble: "" };

const listeners = new Set();

// How many events told of containers, and which of them told of each last: what was read before that is older.
let heard = 0;
const toldLast = new Map();
const isToldSince = (since, name) => toldLast.get(name) > since;

/** Be told of each change: ("container", name), ("list"), ("daemon"), ("pull", pull), ("attempt", row). */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(what, about) {
  for (const listener of [...listeners]) listener(what, about);
}

const NO_SUCH_CONTAINER = 3; // the code of that error

/** The engine and the tag that a pull is of. */
export const pullOf = ({ engine, image }) => `${engine} ${tagOf(image)}`;

function put(found) {
  const name = called(found);
  if (found.code === NO_SUCH_CONTAINER) containers.delete(name);
  else containers.set(name, { ...containers.get(name), ...found, called: name, error: found.error });
  tell("container", name);
}

/** Read all containers anew; those that are gone go. What events tell meanwhile is newer, and stays. */
export async function refresh() {
  const since = heard;
  try {
    const [rows, status] = await Promise.all([get("containers"), get("status")]);
    const names = new Set(rows.map(called));
    for (const name of containers.keys()) if (!names.has(name) && !isToldSince(since, name)) containers.delete(name);
    for (const each of rows) {
      const name = called(each);
      if (!isToldSince(since, name)) containers.set(name, { ...each, called: name });
    }
    Object.assign(daemon, { status, trouble: "" });
    tell("list");
  } catch (error) {
    daemon.trouble = error.words || String(error);
  }
  tell("daemon");
}

export async function readOne(name) {
  const since = heard;
  const found = await get(of(name));
  if (!isToldSince(since, name)) put(found);
}

export async function readLastUpdates() {
  for (const each of (await readAttempts("last=1000")).reverse()) note(each);
  tell("list");
}

/** Rows of the history, each with what people call it: rows have the id of their engine. */
export async function readAttempts(query) {
  if (!daemon.status) await refresh();
  return (await get(`history?${query}`)).map(named);
}

function named(attempt) {
  const engine = daemon.status?.engines.find((each) => each.id === attempt.engine)?.name;
  return { ...attempt, called: called({ ...attempt, engine }) };
}

function note(attempt) {
  if (attempt.outcome === "updated") updated.set(attempt.called, attempt.at);
}

/** Take one of the events that the daemon tells. */
export function take(kind, data) {
  if (kind === "container") takeContainer(data);
  else if (kind === "stage") takeStage(data);
  else if (kind === "pull") takePull(data);
  else if (kind === "attempt") takeAttempt(named(data));
}

function takeContainer(data) {
  toldLast.set(called(data), ++heard);
  put(data);
}

function takeStage(data) {
  const name = called({ engine: data.engine, name: data.update });
  const known = stages.get(name);
  const run = known && !known.isOver ? known : { list: [], isOver: false };
  stages.set(name, run);
  const open = run.list.findLast((each) => each.container === data.container && each.stage === data.stage);
  if (data.event === "stage_began") run.list.push({ ...data, began: Date.now(), took_s: null, is_done: true });
  else if (open) Object.assign(open, { took_s: data.took_s, is_done: data.is_done });
  const found = containers.get(name);
  if (found && data.event === "stage_began") Object.assign(found, { state: "updating", stage: data.doing });
  tell("container", name);
}

function takePull(data) {
  const pull = pullOf(data);
  if (data.event === "pull_ended") pulls.set(pull, { ...pulls.get(pull), ...data, isOver: true });
  else pulls.set(pull, data);
  tell("pull", pull);
}

function takeAttempt(data) {
  const run = stages.get(data.called);
  if (run) Object.assign(run, { isOver: true, outcome: data.outcome });
  note(data);
  tell("attempt", data);
  const before = data.called.slice(0, data.called.length - data.name.length);
  for (const name of data.along || []) readOne(`${before}${name}`).catch(() => {});
}

/** What is being done with a container now, and for how long: null where nothing is known of it. */
export function stageNow(name) {
  const run = stages.get(name);
  return run && !run.isOver ? run.list.findLast((each) => each.took_s === null) || null : null;
}
