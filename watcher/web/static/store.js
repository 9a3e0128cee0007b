// What is known: containers by name, what is under way with them, and how the daemon is. It tells who listens.

import { get, of } from "./api.js";

export const containers = new Map();
export const stages = new Map(); // by container: the stages of the update that is under way, or was the last one
export const pulls = new Map(); // by tag: how far its pull is
export const updated = new Map(); // by container: when its last update ended well
export const daemon = { status: null, trouble: "" };

const listeners = new Set();

/** Be told of each change: ("container", name), ("list"), ("daemon"), ("pull", image), ("attempt", row). */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(what, about) {
  for (const listener of [...listeners]) listener(what, about);
}

const NO_SUCH_CONTAINER = 3; // the code of that error

export function put(found) {
  if (found.code === NO_SUCH_CONTAINER) {
    containers.delete(found.name);
    tell("container", found.name);
    return;
  }
  containers.set(found.name, { ...containers.get(found.name), ...found, error: found.error });
  tell("container", found.name);
}

/** Read all containers anew; those that are gone go. */
export async function refresh() {
  try {
    const [rows, status] = await Promise.all([get("containers"), get("status")]);
    const names = new Set(rows.map((each) => each.name));
    for (const name of containers.keys()) if (!names.has(name)) containers.delete(name);
    for (const each of rows) containers.set(each.name, each);
    Object.assign(daemon, { status, trouble: "" });
    tell("list");
  } catch (error) {
    daemon.trouble = error.words || String(error);
  }
  tell("daemon");
}

export async function readOne(name) {
  put(await get(of(name)));
}

export async function readLastUpdates() {
  for (const each of (await get("history?last=1000")).reverse()) note(each);
  tell("list");
}

function note(attempt) {
  if (attempt.outcome === "updated") updated.set(attempt.name, attempt.at);
}

/** Take one of the events that the daemon tells. */
export function take(kind, data) {
  if (kind === "container") put(data);
  else if (kind === "stage") takeStage(data);
  else if (kind === "pull") takePull(data);
  else if (kind === "attempt") takeAttempt(data);
}

function takeStage(data) {
  const known = stages.get(data.update);
  const run = known && !known.isOver ? known : { list: [], isOver: false };
  stages.set(data.update, run);
  const open = run.list.findLast((each) => each.container === data.container && each.stage === data.stage);
  if (data.event === "stage_began") run.list.push({ ...data, began: Date.now(), took_s: null, is_done: true });
  else if (open) Object.assign(open, { took_s: data.took_s, is_done: data.is_done });
  const found = containers.get(data.update);
  if (found && data.event === "stage_began") Object.assign(found, { state: "updating", stage: data.doing });
  tell("container", data.update);
}

function takePull(data) {
  if (data.event === "pull_ended") pulls.set(data.image, { ...pulls.get(data.image), ...data, isOver: true });
  else pulls.set(data.image, data);
  tell("pull", data.image);
}

function takeAttempt(data) {
  const run = stages.get(data.name);
  if (run) Object.assign(run, { isOver: true, outcome: data.outcome });
  note(data);
  tell("attempt", data);
  for (const name of data.along || []) readOne(name).catch(() => {});
}

/** What is being done with a container now, and for how long: null where nothing is known of it. */
export function stageNow(name) {
  const run = stages.get(name);
  return run && !run.isOver ? run.list.findLast((each) => each.took_s === null) || null : null;
}
