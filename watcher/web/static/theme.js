// Light or dark: as the system has it, until somebody chooses; the choice stays in this browser.

const ORDER = ["", "light", "dark"];
const KEY = "ctr-updater.theme";
const page = document.documentElement;

function set(theme) {
  if (theme) page.dataset.theme = theme;
  else delete page.dataset.theme;
}

export function nextTheme() {
  const theme = ORDER[(ORDER.indexOf(page.dataset.theme || "") + 1) % ORDER.length];
  set(theme);
  localStorage.setItem(KEY, theme);
}

const chosen = localStorage.getItem(KEY);
if (ORDER.includes(chosen)) set(chosen);
