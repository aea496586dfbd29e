// The live journal: the existing entries, then every new one that the server sends.

import { control, controlAddress, served } from "./api.js";
import { $, attempt, badge, button, count, fill, h, milliseconds, say, words } from "./dom.js";
import { address, showEntry } from "./entry.js";

const MOST = 300; // entries that this page keeps; the server keeps more
const PAUSE = 1000; // milliseconds between two announcements to screen readers
const STEP = 50; // rows shown at first, and added by each "Show more"

let entries = []; // newest first
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

export function create() {
  fill($("journal-operation"), served.operations.map((one) => [one]));
  fill($("journal-status"), [["2xx", "every 2xx"], ["4xx", "every 4xx"], ["5xx", "every 5xx"],
    ...[...new Set([...served.statuses, "401", "405", "413", "415", "429", "500", "503"])].sort().map((one) => [one])]);
  $("journal-filter").addEventListener("change", read);
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
  $("journal-entry").replaceChildren();
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
  const query = new URLSearchParams({ limit: String(MOST) });
  const operation = $("journal-operation").value;
  const status = $("journal-status").value;
  if (operation) query.set("operation", operation);
  if (status) query.set("status", status);
  shown = STEP;
  since = [];
  try {
    const response = await control("GET", `/journal?${query}`);
    if (mine !== requested) return;
    dropped = response.dropped ?? 0;
    entries = merged(response.items, since);
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

function receive(entry) {
  waiting = [...waiting, entry].slice(-MOST);
  since.push(entry);
  announce(entry);
  if (drawing) return;
  drawing = true;
  setTimeout(drawReceived, 100); // draws a burst of requests once
}

function drawReceived() {
  drawing = false;
  if (paused || !waiting.length) return;
  entries = merged(entries, waiting);
  waiting = [];
  draw();
}

/** Show the last request; announce it to screen readers at most once per PAUSE. */
function announce({ method, operation, path, response, duration }) {
  last = `${method} ${operation ?? path}: ${response.status ?? "no response"} in ${milliseconds(duration)}`;
  $("last-call").textContent = `Last request: ${last}`;
  unannounced += 1;
  speaking ??= setTimeout(() => {
    $("journal-live").textContent = unannounced > 1 ? `${count(unannounced, "new request")}, last: ${last}` : `New: ${last}`;
    unannounced = 0;
    speaking = null;
  }, PAUSE);
}

function matches({ operation, request, response }) {
  const status = $("journal-status").value.replace("xx", "");
  const wanted = $("journal-operation").value;
  return (!wanted || operation === wanted)
    && String(response.status ?? "").startsWith(status)
    && !($("journal-own").checked && isOwn(request));
}

const isOwn = ({ headers = {} }) => Object.keys(headers).some((name) => name.toLowerCase() === "x-mock-console");

function draw() {
  if ($("panel-journal").hidden) return;
  const found = entries.filter(matches);
  const focused = document.activeElement?.dataset?.entry;
  const rows = found.slice(0, shown).map(row);
  const more = found.length > shown
    ? h("p", { class: "buttons" }, button(`Show ${STEP} more`, () => { shown += STEP; draw(); })) : null;
  const note = dropped ? h("p", { class: "quiet" }, `The journal dropped ${count(dropped, "older request")}.`) : null;
  $("journal-list").replaceChildren(
    rows.length ? h("ol", { class: "calls", "aria-label": "Requests, newest first" }, rows)
      : h("p", { class: "quiet" }, "No matching requests."),
    ...[more, note].filter(Boolean));
  if (focused) document.querySelector(`[data-entry="${focused}"]`)?.focus();
}

function row(entry) {
  return h("li", {}, h("button", {
    type: "button", class: "call", "data-entry": entry.id, "aria-pressed": String(entry.id === chosen),
    click: () => choose(entry),
  },
  h("span", { class: "method" }, entry.method),
  h("span", { class: "name" }, entry.operation ? words(entry.operation) : address(entry)),
  badge(entry.response.status ?? "none"),
  h("span", { class: "quiet when" }, `${entry.time.slice(11, 19)} · ${milliseconds(entry.duration)}`),
  entry.applied?.length ? h("span", { class: "badge fault" }, "fault") : null));
}

function choose(entry) {
  chosen = entry.id;
  showEntry($("journal-entry"), entry);
  for (const one of document.querySelectorAll(".call")) {
    one.setAttribute("aria-pressed", String(one.dataset.entry === String(chosen)));
  }
  if (getComputedStyle($("journal-entry")).position !== "sticky") $("journal-entry").scrollIntoView({ block: "start" });
}

function togglePause() {
  paused = !paused;
  $("journal-pause").setAttribute("aria-pressed", String(paused));
  drawReceived();
}

async function clear() {
  await attempt(() => control("DELETE", "/journal"), "Cleared the journal.");
  empty();
}
