// The live journal: the existing entries, then every new one that the server sends.

import { control, controlAddress, served } from "./api.js";
import { $, attempt, badge, button, count, fill, h, milliseconds, say } from "./dom.js";
import { place, reasons, showEntry, target } from "./entry.js";

const MOST = 300; // entries that this page keeps; the server keeps more
const PAUSE = 1000; // milliseconds between two announcements to screen readers
const STEP = 50; // rows shown at first, and added by each "Show more"
const TYPING = 250; // milliseconds without a key before the text is searched

let entries = []; // that match the filter, newest first
const rows = new Map(); // of the entries that are shown, by id: a row stays while others come
let dropped = 0;
let shown = STEP;
let chosen = null;
let source = null;
let paused = false;
let waiting = []; // received, not drawn yet
let since = []; // received since the journal was requested
let drawing = false;
let requested = 0;
let unannounced = 0; // requests since the last announcement
let last = "";
let speaking = null;
let typing = 0;

export function create() {
  fill($("journal-operation"), served.operations.map((one) => [one]));
  fill($("journal-status"), [["2xx", "every 2xx"], ["4xx", "every 4xx"], ["5xx", "every 5xx"],
    ...[...new Set([...served.statuses, "401", "405", "413", "415", "429", "500", "503"])].sort().map((one) => [one])]);
  $("journal-filter").addEventListener("change", filter);
  $("journal-text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(filter, TYPING);
  });
  $("journal-filter").addEventListener("submit", (event) => event.preventDefault());
  $("journal-pause").addEventListener("click", togglePause);
  $("journal-clear").addEventListener("click", clear);
  document.addEventListener("worldchange", restart);
  restart();
  return { show: draw };
}

function restart() {
  $("journal-har").href = controlAddress("/journal/har");
  listen();
  empty();
}

/** Show the journal from its beginning: other entries may have the ids of those that were shown. */
function empty() {
  entries = [];
  waiting = [];
  chosen = null;
  rows.clear();
  $("journal-list").replaceChildren();
  read();
}

function filter() {
  shown = STEP;
  read();
}

function listen() {
  source?.close();
  source = new EventSource(controlAddress("/journal/events"));
  source.addEventListener("open", () => {
    say($("journal-trouble"), "");
    read(); // all entries again: some may be missing, and the ids of a restarted session begin at 1
  });
  source.addEventListener("reset", empty);
  source.addEventListener("entry", (event) => receive(JSON.parse(event.data)));
  source.addEventListener("error", () => say($("journal-trouble"), source.readyState === EventSource.CLOSED
    ? "This server does not send live updates."
    : "Live updates were interrupted. Reconnecting."));
}

/** Load the entries that match the filter. */
async function read() {
  const mine = ++requested;
  const query = new URLSearchParams({ limit: String(MOST), console: $("journal-own").checked });
  for (const name of ["operation", "status", "text"]) {
    const value = $(`journal-${name}`).value;
    if (value) query.set(name, value);
  }
  since = [];
  try {
    const response = await control("GET", `/journal?${query}`);
    if (mine !== requested) return;
    dropped = response.dropped ?? 0;
    entries = merged(response.items, since.filter(matches));
    $("journal-live").textContent = summary(response.total);
    if (!isFiltered()) showLast(entries[0]);
  } catch (error) {
    if (mine !== requested) return;
    entries = [];
    say($("journal-trouble"), `Cannot load the journal. ${error.message}`);
  }
  draw();
}

function merged(...lists) {
  const known = new Map(lists.flat().map((one) => [one.id, one]));
  return [...known.values()].sort((a, b) => b.id - a.id).slice(0, MOST);
}

const isFiltered = () => ["operation", "status", "text"].some((name) => $(`journal-${name}`).value);

function summary(total) {
  if (isFiltered()) return `${count(total, "request matches", "requests match")} the filter.`;
  return total ? `${count(total, "request")}.` : "Waiting for requests.";
}

function receive(entry) {
  if (isOwn(entry.request) && !$("journal-own").checked) return;
  announce(entry);
  if ($("journal-text").value) { // the server searches the bodies as they were sent
    clearTimeout(typing);
    typing = setTimeout(() => paused || read(), TYPING);
    return;
  }
  waiting = [...waiting, entry].slice(-MOST);
  since.push(entry);
  if (drawing) return;
  drawing = true;
  setTimeout(drawReceived, 100); // draws a burst of requests once
}

function drawReceived() {
  drawing = false;
  if (paused || !waiting.length) return;
  entries = merged(entries, waiting.filter(matches));
  waiting = [];
  draw();
}

function showLast(entry) {
  if (!entry) {
    $("last-call").textContent = "No requests yet.";
    return;
  }
  const { method, operation, path, response, duration } = entry;
  last = `${method} ${operation ?? path}: ${response.status ?? "no response"} in ${milliseconds(duration)}`;
  $("last-call").textContent = `Last request: ${last}`;
}

/** Show the last request; announce it to screen readers at most once per PAUSE. */
function announce(entry) {
  showLast(entry);
  unannounced += 1;
  speaking ??= setTimeout(() => {
    $("journal-live").textContent = unannounced > 1 ? `${count(unannounced, "new request")}, last: ${last}` : `New: ${last}`;
    unannounced = 0;
    speaking = null;
  }, PAUSE);
}

function matches({ operation, response }) {
  const status = $("journal-status").value.replace("xx", "");
  const wanted = $("journal-operation").value;
  return (!wanted || operation === wanted) && String(response.status ?? "").startsWith(status);
}

const isOwn = ({ headers = {} }) => Object.keys(headers).some((name) => name.toLowerCase() === "x-mock-console");

function draw() {
  if ($("panel-journal").hidden) return;
  const list = $("journal-list").querySelector("ol")
    ?? h("ol", { class: "calls", "aria-label": "Requests, newest first" });
  const known = new Set(entries.map(({ id }) => id));
  for (const id of rows.keys()) if (!known.has(id)) rows.delete(id);
  keep(list, entries.slice(0, shown).map(row));
  const more = entries.length > shown
    ? h("p", { class: "buttons" }, button(`Show ${STEP} more`, () => { shown += STEP; draw(); })) : null;
  const note = dropped ? h("p", { class: "quiet" }, `The journal dropped ${count(dropped, "older request")}.`) : null;
  const nothing = h("p", { class: "quiet" }, isFiltered() ? "No requests match the filter." : "No requests yet.");
  keep($("journal-list"), [entries.length ? list : nothing, more, note].filter(Boolean));
  $("journal-clear").disabled = !entries.length && !isFiltered();
}

/** Make `children` the children of an element; those that it has stay where they are, with their focus and scrolling. */
function keep(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

/** The row of an entry: what was requested, the response, and why it was refused. */
function row(entry) {
  if (!rows.has(entry.id)) rows.set(entry.id, h("li", { "data-row": entry.id }, summaryRow(entry)));
  return rows.get(entry.id);
}

function summaryRow(entry) {
  const [first, ...others] = reasons(entry);
  const { before, path } = place(entry);
  return h("button", {
    type: "button", class: "call", "aria-expanded": "false", title: target(entry), click: () => choose(entry),
  },
  h("span", { class: "quiet when" }, entry.time.slice(11, 19)),
  h("span", { class: "method" }, entry.method),
  h("span", { class: "name" }, h("span", { class: "quiet" }, before), path),
  badge(entry.response.status ?? "none"),
  h("span", { class: "quiet duration" }, milliseconds(entry.duration)),
  first ? h("span", { class: "reason" }, first, others.length ? ` (and ${others.length} more)` : null) : null);
}

/** Open the entry below its row, or close it. */
function choose(entry) {
  const open = chosen === entry.id ? null : entry;
  $("journal-list").querySelector(".entry")?.remove();
  chosen = open?.id ?? null;
  for (const one of document.querySelectorAll(".call")) {
    one.setAttribute("aria-expanded", String(one.parentElement.dataset.row === String(chosen)));
  }
  if (!open) return;
  const shownEntry = h("div", { class: "entry" });
  showEntry(shownEntry, open);
  row(open).append(shownEntry);
  row(open).scrollIntoView({ block: "nearest" });
}

function togglePause() {
  paused = !paused;
  $("journal-pause").setAttribute("aria-pressed", String(paused));
  if ($("journal-text").value && !paused) read();
  else drawReceived();
}

async function clear() {
  await attempt(() => control("DELETE", "/journal"), "Cleared the journal.");
  empty();
}
