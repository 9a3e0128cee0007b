// The buttons of one container: one stop for the Tab key, arrows within; what cannot be done is grey and says why.

import { act, actionsOf } from "./actions.js";
import { el, icon, setAttribute, setIcon, setText } from "./dom.js";
import { containers } from "./store.js";

export const mayAct = () => document.documentElement.dataset.role === "actor";

/** Buttons that can be brought up to date: `{element, update(found)}`; without a right to act there are none. */
export function toolbar(name, isLarge = false) {
  if (!mayAct()) return { element: null, update() {} };
  const buttons = new Map();
  const element = el(`div.actions${isLarge ? ".large" : ""}`, { role: "toolbar", "aria-label": `Actions on ${name}`, onkeydown });

  function make({ verb }) {
    const button = el("button.action", { type: "button", "data-verb": verb, tabindex: buttons.size ? -1 : 0, onclick });
    button.append(icon(verb), el("span", {}));
    buttons.set(verb, button);
    element.append(button);
    return button;
  }

  function onclick(event) {
    const found = containers.get(name);
    if (found) act(found, event.currentTarget.dataset.verb);
  }

  function onkeydown(event) {
    const all = [...buttons.values()];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    for (const each of all) each.tabIndex = each === next ? 0 : -1;
    next.focus();
  }

  function update(found) {
    for (const action of actionsOf(found)) {
      const button = buttons.get(action.verb) || make(action);
      setIcon(button.firstChild, action.icon);
      setText(button.lastChild, action.title);
      setAttribute(button, "aria-label", `${action.title} ${name}`);
      setAttribute(button, "aria-disabled", action.why ? "true" : null);
      setAttribute(button, "title", action.why ? `${action.title}: ${action.why}` : action.title);
    }
  }

  return { element, update };
}
