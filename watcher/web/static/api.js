// What the daemon is asked. Whoever is not let in is told once, by `onShutOut`.

const OWN = { "X-CTR-Updater": "page" };
let shutOut = () => {};

export function onShutOut(callback) {
  shutOut = callback;
}

/** What the daemon answered that is no success: its words, and what to do. */
export class Refused extends Error {
  constructor(status, said) {
    super(said.error || `the daemon answered ${status}`);
    this.status = status;
    this.advice = said.advice || "";
  }

  get words() {
    return this.advice && !this.message.includes(this.advice) ? `${this.message} – ${this.advice}` : this.message;
  }
}

async function ask(method, path, body) {
  const headers = method === "GET" ? {} : OWN;
  const options = { method, headers, body: body && JSON.stringify(body), credentials: "same-origin" };
  let response;
  try {
    response = await fetch(`api/v1/${path}`, options);
  } catch {
    throw new Refused(0, { error: "the daemon cannot be reached", advice: "is it still running?" });
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) return said;
  if (response.status === 401 && path !== "session") shutOut();
  throw new Refused(response.status, said);
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const logIn = (token) => ask("POST", "session", { token });
export const logOut = () => ask("DELETE", "session");

const VERBS = new Set(["plan", "settings", "check", "update", "rollback", "hold", "release", "approve"]);

/** The path of a container: proxies like no escaped slashes, which are needed where its name is a verb, or none. */
export function of(called, rest = "") {
  const words = called.split("/").map(encodeURIComponent);
  const isPlain = words.every((word) => /^\w/.test(word)) && !VERBS.has(words.at(-1));
  const path = words.join(isPlain ? "/" : "%2F");
  return `containers/${path}${rest && `/${rest}`}`;
}

/** Have something done, and wait for its end: the result, or an error. */
export async function done(path, body) {
  const { operation } = await post(path, body);
  for (let pause = 200; ; pause = Math.min(pause * 1.5, 2000)) {
    await new Promise((go) => setTimeout(go, pause));
    const { state, result } = await get(`operations/${operation}`);
    if (state === "done") return result || {};
    if (state === "failed") throw new Refused(0, result || { error: "it was cut short" });
  }
}
