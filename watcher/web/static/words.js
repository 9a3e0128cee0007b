// What is said to people: what a container is, as one of few groups and as a sentence; times, sizes, versions.

export const isSeveral = document.documentElement.dataset.engines === "several";

/** What people call it: services by their kind, and where there are several engines by that of its own. */
export function called({ engine, kind, name }) {
  const plain = kind === "service" && !name.startsWith("service/") ? `service/${name}` : name;
  return isSeveral && engine ? `${engine}/${plain}` : plain;
}

export const GROUPS = ["current", "waiting", "held", "failed", "unknown"];

export const TITLES = {
  current: "Current", waiting: "Waiting", held: "Held", failed: "Failed", unknown: "Unknown", updating: "Updating",
};

const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];

/** `3 h 12 m`, on one line: the two greatest units that count. */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const at = UNITS.findIndex(([, size]) => whole >= size);
  if (at < 0) return "0 s";
  const [[unit, size], next] = [UNITS[at], UNITS[at + 1]];
  const rest = next && Math.floor((whole % size) / next[1]);
  return `${Math.floor(whole / size)}\u00a0${unit}${rest ? `\u00a0${rest}\u00a0${next[0]}` : ""}`;
}

export function ago(moment, now = Date.now()) {
  const seconds = (now - Date.parse(moment)) / 1000;
  return seconds < 45 ? "just now" : `${span(coarse(seconds))} ago`;
}

const coarse = (seconds) => (seconds > 86400 ? seconds - (seconds % 3600) : seconds - (seconds % 60));

export function moment(text) {
  const options = { dateStyle: "medium", timeStyle: "medium" };
  return text ? new Date(text).toLocaleString(undefined, options) : "";
}

export const day = (text) => new Date(text).toLocaleDateString(undefined, { dateStyle: "medium" });

export function took(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  return seconds < 10 ? `${seconds.toFixed(1)} s` : span(seconds);
}

export function bytes(count) {
  return count < 1e6 ? `${Math.round(count / 1e3)} kB` : `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)} MB`;
}

export const short = (id) => (id || "").replace(/^sha256:/, "").slice(0, 12);

/** A version for people, or the first digits of the image. */
export const version = (said, id) => said || short(id) || "?";

/** The tag as the daemon names it in what it tells of pulls. */
export function tagOf(image) {
  const plain = (image || "").replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");
  return plain.includes("@") || plain.slice(plain.lastIndexOf("/")).includes(":") ? plain : `${plain}:latest`;
}

const isOutdated = (found) => found.verdict === "outdated" || found.verdict === "held";

/** The one group, or `updating`, that a container is of. */
export function groupOf(found) {
  const causes = new Set((found.waits || []).map((each) => each.for));
  if (found.state === "updating") return "updating";
  if (found.error) return "unknown";
  if (causes.has("failed")) return "failed";
  if (causes.has("hold")) return "held";
  if (found.verdict === "unknown") return "unknown";
  return isOutdated(found) || causes.size ? "waiting" : "current";
}

// What is waited for, and how the time to its end is told; anything else is told by its own name and reason.
const WAITS = {
  window: ["waits for its window", "opens in"],
  schedule: ["waits for its schedule", "due in"],
  freeze: ["waits for the end of a freeze", "over in"],
  cooldown: ["waits for its cooldown", "over in"],
  gate: ["waits for its gate", "opens in"],
  veto: ["is kept back from within", "over in"],
  dependency: ["waits for what it depends on", "over in"],
  approval: ["waits for approval", "until in"],
  hold: ["is held", "for another"],
  failed: ["is not tried again: its new image failed", "again in"],
  "open update": ["has an open update", "over in"],
};
const SAID_BY_REASON = new Set(["hold", "gate", "veto", "dependency"]);

/** One wait as a clause. */
export function waitWords(wait, now = Date.now()) {
  const [what, until] = WAITS[wait.for] || [`waits (${wait.for}): ${wait.why}`, "over in"];
  const rest = wait.until ? `, ${until} ${span((Date.parse(wait.until) - now) / 1000)}` : "";
  const told = wait.for === "hold" ? heldWords(wait.why) : `${what}: ${wait.why}`;
  const failed = wait.for === "failed" && /^failed on \S+(?: \(([^)]*)\))?: (.*)$/s.exec(wait.why);
  if (failed) return `failed${failed[1] ? ` with ${failed[1]}` : ""}, and is not tried again: ${failed[2]}${rest}`;
  return `${SAID_BY_REASON.has(wait.for) && wait.why ? told : what}${rest}`;
}

const heldWords = (why) => (/^held( for this image)? by \w+/.test(why) ? `is ${why.replace(/ by \w+/, "")}` : `is held: ${why}`);

/** What a container is, as a sentence. */
export function sentence(found, stage = null, now = Date.now()) {
  const said = clause(found, stage, now);
  const whole = said + (found.error ? "" : apart(found));
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

/** What else there is to say: of a container that does not run, and of a service that does not run whole. */
function apart({ kind, state }) {
  if (!state || state === "updating") return "";
  if (kind !== "service") return state === "running" ? "" : `; it is ${state}`;
  const [running, wanted] = state.split("/");
  return !wanted || running === wanted ? "" : `; ${running} of ${wanted} run`;
}

function clause(found, stage, now) {
  if (found.error) return `not known: ${found.error}`;
  if (found.state === "updating") return `is being updated: ${doing(found, stage, now)}`;
  const waits = (found.waits || []).map((each) => waitWords(each, now));
  if (found.verdict === "unknown") return notKnown(found.reason, now);
  if (waits.length) return waits.join("; ");
  if (found.verdict === "current") return "up to date";
  if (found.mode === "notify") return "has an update; its mode is notify";
  if (found.mode === "-") return "has an update, and is not followed";
  return "has an update, which begins as soon as it can";
}

/** Why nothing is known; the daemon says since when, and what it wanted to know goes without saying. */
function notKnown(reason, now) {
  const said = /^since (\S+): (?:cannot tell whether \S+ has an update: )?(.*)$/s.exec(reason);
  const seconds = said ? coarse((now - Date.parse(said[1])) / 1000) : 0;
  return `not known${seconds ? ` for ${span(seconds)}` : ""}: ${said ? said[2] : reason}`;
}

function doing(found, stage, now) {
  if (!stage) return found.stage || found.reason || "under way";
  const passed = Math.round((now - stage.began) / 1000);
  const limit = stage.limit_s ? ` of ${Math.round(stage.limit_s)}` : "";
  const whose = stage.container === stage.update ? "" : `${stage.container}: `;
  return `${whose}${stage.doing}${passed || limit ? `, ${passed}${limit} s` : ""}`;
}

/** What became of an attempt, or what a person decided. */
export function outcome(attempt) {
  if (!attempt.outcome) return { hold: "held", release: "released", approve: "approved" }[attempt.kind] || attempt.kind;
  if (attempt.kind === "rollback" && attempt.outcome === "updated") return "went back";
  return attempt.outcome;
}

export const OUTCOME_GROUP = {
  updated: "current", "went back": "waiting", recovered: "waiting", approved: "current", released: "current",
  held: "held", refused: "unknown", "rolled back": "failed", failed: "failed",
};
