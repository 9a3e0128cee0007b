// The way in: the token is posted once, and a cookie that no script can read stands for it.

import { logIn } from "./api.js";
import { el, setText } from "./dom.js";
import "./theme.js";

export function showLogin(main) {
  const trouble = el("p.trouble", { role: "alert", id: "trouble" });
  const input = el("input", {
    id: "token", type: "password", name: "token", autocomplete: "current-password", required: true,
    spellcheck: "false", "aria-describedby": "token-about trouble",
  });
  const enter = el("button.primary", { type: "submit" }, "Log in");
  const form = el(
    "form.login", { onsubmit },
    el("img", { src: "static/icon.svg", alt: "", width: 56, height: 56 }),
    el("h1", {}, "ctr-updater"),
    el("label", { for: "token" }, "Token"),
    el("input", { type: "text", name: "username", autocomplete: "username", value: "ctr-updater", hidden: true }),
    input,
    el("p.hint", { id: "token-about" },
      "The one in ", el("code", {}, "CTR_UPDATER_TOKEN"), " of the daemon, or in ",
      el("code", {}, "CTR_UPDATER_READ_TOKEN"), " to read only."),
    trouble,
    enter,
  );

  async function onsubmit(event) {
    event.preventDefault();
    enter.disabled = true;
    setText(trouble, "");
    try {
      await logIn(input.value.trim());
      location.reload();
    } catch (error) {
      setText(trouble, error.words);
      enter.disabled = false;
      input.select();
    }
  }

  main.replaceChildren(form);
  document.getElementById("header").hidden = true;
  input.focus();
}
