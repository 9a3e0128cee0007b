// Short news in a corner, which a screen reader reads out; what went wrong stays until it is closed.

import { el } from "./dom.js";

const STAYS_MS = 7000;
const MOST = 4;

export function toast(text, kind = "info") {
  const corner = document.getElementById("toasts");
  const close = () => made.remove();
  const made = el(
    `div.toast.${kind}`, {},
    el("p", {}, text),
    el("button.quiet", { type: "button", "aria-label": "Close this message", onclick: close }, "×"),
  );
  corner.append(made);
  while (corner.children.length > MOST) corner.firstChild.remove();
  if (kind !== "bad") setTimeout(close, STAYS_MS);
  return close;
}
