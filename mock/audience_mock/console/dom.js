// Small helpers for building the page. Text always becomes text nodes: nothing from the API is parsed as markup.

export const $ = (id) => document.getElementById(id);

/** An element: h("a", {href: "#x", class: "button"}, "text", child, …). Properties that are functions are listeners. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A button; screen readers read `about` after its text: "Delete Favourite colour". */
export function button(text, action, { about = "", kind = "", disabled = false } = {}) {
  const hidden = about ? h("span", { class: "unseen" }, ` ${about}`) : null;
  return h("button", { type: "button", class: kind || null, disabled, click: action }, text, hidden);
}

/** A table of rows. A column: {title, cell(row), head: it is the row's heading, number: it is aligned right}. */
export function table(caption, columns, rows) {
  const head = columns.map(({ title, number }) =>
    h("th", { scope: "col", role: "columnheader", class: number ? "number" : null }, title));
  const lines = rows.map((row) => h("tr", { role: "row" }, columns.map((column) => cell(column, row))));
  // On a phone the style sheet shows rows as cards, which would remove the implicit roles.
  return h("div", { class: "scroll" },
    h("table", { role: "table" },
      h("caption", { class: "unseen" }, caption),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)),
      h("tbody", { role: "rowgroup" }, lines)));
}

function cell({ title, cell: content, head, number, actions }, row) {
  const properties = { "data-title": actions ? null : title, class: number ? "number" : actions ? "actions" : null };
  return head
    ? h("th", { ...properties, scope: "row", role: "rowheader" }, content(row))
    : h("td", { ...properties, role: "cell" }, content(row));
}

/** Show a text in an element; hide the element without one. */
export function say(element, text) {
  element.textContent = text || "";
  element.hidden = !text;
}

let hiding = 0;

/** Show a success: read out, and hidden after a while. */
export function notify(text) {
  say($("alarm"), "");
  say($("notice"), text);
  clearTimeout(hiding);
  hiding = setTimeout(() => say($("notice"), ""), 8000);
}

/** Show a failure: read out immediately, and shown until something succeeds. */
export function warn(error) {
  say($("notice"), "");
  say($("alarm"), error.message || String(error));
}

/** Hide what was said about another panel. */
export function clearMessages() {
  say($("notice"), "");
  say($("alarm"), "");
}

/** Run an action that may fail, and show the result. Returns whether it succeeded. */
export async function attempt(action, done) {
  try {
    const result = await action();
    const text = typeof done === "function" ? done(result) : done;
    if (text) notify(text);
    return true;
  } catch (error) {
    warn(error);
    return false;
  }
}

/** Add a submit listener that does not leave the page. */
export function onSubmit(form, action) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    action();
  });
}

export function fill(select, choices) {
  select.append(...choices.map(([value, text]) => h("option", { value }, text ?? value)));
}

/** A value as JSON, cut to a length that is quick to show. */
export function pretty(value, limit = 20000) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return text.length > limit ? `${text.slice(0, limit)}\n… (${text.length.toLocaleString("en")} characters)` : text;
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** A name in camel case that may break before each word. */
export const words = (name) => name.split(/(?=[A-Z][a-z])/).flatMap((word, place) => (place ? [h("wbr"), word] : [word]));

/** Milliseconds with a useful precision. */
export const milliseconds = (number) => `${number.toLocaleString("en", { maximumFractionDigits: number < 10 ? 1 : 0 })} ms`;

/** A badge for an HTTP status, or the status of a group or job. */
export function badge(status) {
  const text = String(status);
  const good = /^(2\d\d|completed|ok)$/.test(text);
  const bad = /^(4\d\d|5\d\d|failed|refused)$/.test(text);
  return h("span", { class: `badge ${good ? "good" : bad ? "bad" : ""}` }, text);
}
