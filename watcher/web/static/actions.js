// What a person may have done with a container: when it can be, why not, what is asked before, and its end.

import { done, of } from "./api.js";
import { askHold, askPlainly, askPlan, askRollback } from "./dialogs.js";
import { readOne } from "./store.js";
import { toast } from "./toasts.js";
import { groupOf } from "./words.js";

const hasWait = (found, cause) => (found.waits || []).some((each) => each.for === cause);
const isHeld = (found) => hasWait(found, "hold");
const isForced = (found) => isHeld(found) || groupOf(found) === "failed";

const nothingKept = ({ kind }) => (kind === "service" ? "it is not known to have run another image" : "no earlier image of it is kept");

const BUSY = "an update of it is under way";

/** Each verb: its title, why it cannot be done now (empty: it can), and what doing it begins with. */
const VERBS = {
  check: { title: () => "Check", why: () => "", act: (found) => run(found, "check", {}, "asking its registry") },
  update: {
    title: (found) => (isForced(found) ? "Update all the same" : "Update"),
    why: (found) => (groupOf(found) === "current" ? "it runs what its tag means; Check asks its registry" : ""),
    act: update,
  },
  hold: {
    title: (found) => (isHeld(found) ? "Release" : "Hold"),
    icon: (found) => (isHeld(found) ? "release" : "hold"),
    why: () => "",
    isQuick: true,
    act: (found) => (isHeld(found) ? release(found) : hold(found)),
  },
  rollback: {
    title: () => "Roll back",
    why: (found) => ((found.kept || []).length ? "" : nothingKept(found)),
    act: (found) => rollback(found),
  },
  approve: {
    title: () => "Approve",
    why: (found) => {
      if (hasWait(found, "approval")) return found.target ? "" : "its new image is not here yet";
      return found.mode === "approve" ? "nothing waits for it" : "only where its mode is approve, updates wait for that";
    },
    act: approve,
  },
};

/** What can be done with a container, in order: `{verb, title, icon, why}`. */
export function actionsOf(found) {
  const isBusy = groupOf(found) === "updating";
  return Object.entries(VERBS).map(([verb, about]) => ({
    verb,
    title: about.title(found),
    icon: about.icon ? about.icon(found) : verb,
    why: found.error ? "nothing is known of it" : isBusy && !about.isQuick ? BUSY : about.why(found),
  }));
}

export function act(found, verb) {
  const { why, title } = actionsOf(found).find((each) => each.verb === verb);
  if (why) toast(`${title} ${found.called}: ${why}`);
  else VERBS[verb].act(found);
}

async function update(found) {
  const again = isForced(found);
  const body = { pull: true, again };
  const first = found.kind === "service" ? "Its registry is asked first, and the swarm rolls it out." : "Its tag is pulled first.";
  const about = again ? "It is held back, and is updated all the same." : first;
  const path = of(found.called, `plan?again=${again}`);
  if (await askPlan(`Update ${found.called}?`, about, path, "Update")) await run(found, "update", body, "updating");
}

async function approve(found) {
  const about = "This image may go ahead, and no other one. What the update does:";
  const path = of(found.called, "plan");
  if (await askPlan(`Approve the update of ${found.called}?`, about, path, "Approve")) await run(found, "approve", {}, "approving");
}

/** Go back: to the image that was chosen already, or that is chosen among those that are kept. */
export async function rollback(found, image = "") {
  const chosen = await askRollback(found, image);
  if (chosen) await run(found, "rollback", chosen, "going back");
}

async function hold(found) {
  const body = await askHold(found.called);
  if (body) await run(found, "hold", body, "holding");
}

/** Release it: asked first where that lets an update begin. */
async function release(found) {
  const about = "Nothing holds it back any more: what it waits with may begin at once.";
  const path = of(found.called, "plan?again=true");
  const isSure = found.verdict === "current" || (await askPlan(`Release ${found.called}?`, about, path, "Release", true));
  if (isSure) await run(found, "release", {}, "releasing");
}

/** Have all tags asked for, and all that may be updated now updated. */
export async function look() {
  const about = "All registries are asked for all tags. What has an update, and may have it now, is updated.";
  if (await askPlainly("Look at all containers now?", about, "Look now")) {
    await begin("All containers", "look", {}, "asking for all tags").catch(() => {});
  }
}

async function run(found, verb, body, saying) {
  await begin(found.called, of(found.called, verb), body, saying).catch(() => {});
  await readOne(found.called).catch(() => {});
}

/** Have something done, tell that it began and how it ended. */
async function begin(name, path, body, saying) {
  const close = toast(`${name}: ${saying} …`);
  try {
    const result = await done(path, body);
    close();
    toast(result.said || `${name}: ${ended(result)}`, "good");
    return result;
  } catch (error) {
    close();
    toast(error.message.startsWith(name) ? error.words : `${name}: ${error.words}`, "bad");
    throw error;
  }
}

function ended(result) {
  if (result.done === "updated") return "done; it runs the other image";
  if (result.done === "held back") return `held back: ${result.reason}`;
  return result.reason ? `${result.verdict}: ${result.reason}` : "done";
}
