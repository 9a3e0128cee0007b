// Elements, made of data: text goes in as text, and nothing here, or anywhere, makes markup of it.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `el("a.name", {href: "?"}, "text", other)`; `on…` are listeners, false and null leave an attribute out. */
export function el(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag || "div");
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** One of the drawings in icons.svg; it says nothing to a screen reader. */
export function icon(name, ...classes) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", ["icon", ...classes].join(" "));
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(document.createElementNS(SVG, "use"));
  setIcon(drawing, name);
  return drawing;
}

export function setIcon(drawing, name) {
  const where = `static/icons.svg#${name}`;
  const use = drawing.firstChild;
  if (use.getAttribute("href") !== where) use.setAttribute("href", where);
}

/** Put a text into an element, where it is another one than there is. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** Have an element hold just these, in this order, and move no more of them than must be. */
export function arrange(parent, wanted) {
  let at = parent.firstElementChild;
  for (const element of wanted) {
    if (element === at) at = at.nextElementSibling;
    else parent.insertBefore(element, at);
  }
  while (at) {
    const next = at.nextElementSibling;
    at.remove();
    at = next;
  }
}

/** A link to the view of a container; what stands before its own name, such as its engine, is less loud. */
export function nameLink(called) {
  const at = called.lastIndexOf("/") + 1;
  const before = at > 0 && el("span.before", {}, called.slice(0, at));
  return el("a.name", { href: `?container=${encodeURIComponent(called)}` }, before, called.slice(at));
}

/** A link to what a stranger names, where it is a plain address of the web; else nothing. */
export function strangersLink(address, text) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const about = { href: url.href, target: "_blank", rel: "noopener noreferrer", class: "outside" };
  return el("a", about, text || url.host, icon("link"), el("span.unseen", {}, " (opens another site)"));
}

/** A table with its head; `rows` go into its `tBodies[0]`. The roles stay where the style makes cards of rows. */
export function table(caption, heads, rows = []) {
  const head = heads.map((text) => el("th", { scope: "col", role: "columnheader" }, text));
  return el(
    "table.rows", { role: "table" },
    el("caption.unseen", {}, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, head)),
    el("tbody", { role: "rowgroup" }, rows),
  );
}

export function row(...cells) {
  return el("tr", { role: "row" }, cells);
}

export function cell(name, ...children) {
  return el(`td.${name}`, { role: "cell" }, children);
}
