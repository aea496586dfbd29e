// The live journal: what was there, then every new entry as the server sends it.

import { control, controlAddress, served } from "./api.js";
import { $, attempt, badge, button, count, fill, h, milliseconds, say, words } from "./dom.js";
import { address, showEntry } from "./entry.js";

const MOST = 300; // entries that this page keeps; the server keeps more
const PAUSE = 1000; // milliseconds between two announcements for who listens
const STEP = 50; // rows that are shown at first, and with each "Show more"

let entries = []; // newest first
let dropped = 0;
let shown = STEP;
let chosen = null;
let source = null;
let paused = false;
let waiting = []; // arrived, not drawn yet
let since = []; // arrived since the journal was asked for
let drawing = false;
let asked = 0;
let untold = 0; // calls since the last announcement
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
  entries = [];
  waiting = [];
  chosen = null;
  $("journal-har").href = controlAddress("/journal/har");
  $("journal-entry").replaceChildren();
  listen();
  read();
}

function listen() {
  source?.close();
  source = new EventSource(controlAddress("/journal/events"));
  source.addEventListener("open", () => {
    say($("journal-trouble"), "");
    read(); // what came while nobody listened; all of it, for a session that began anew counts from 1 again
  });
  source.addEventListener("entry", (event) => arrived(JSON.parse(event.data)));
  source.addEventListener("error", () => say($("journal-trouble"), source.readyState === EventSource.CLOSED
    ? "This server sends no live updates of its journal."
    : "The live updates were interrupted; trying again."));
}

/** Read what the journal holds, as far as the filter lets it through. */
async function read() {
  const mine = ++asked;
  const query = new URLSearchParams({ limit: String(MOST) });
  const operation = $("journal-operation").value;
  const status = $("journal-status").value;
  if (operation) query.set("operation", operation);
  if (status) query.set("status", status);
  shown = STEP;
  since = [];
  try {
    const answer = await control("GET", `/journal?${query}`);
    if (mine !== asked) return;
    dropped = answer.dropped ?? 0;
    entries = merged(answer.items, since);
  } catch (error) {
    if (mine !== asked) return;
    entries = [];
    say($("journal-trouble"), `The journal cannot be read. ${error.message}`);
  }
  draw();
}

function merged(...lists) {
  const known = new Map(lists.flat().map((one) => [one.id, one]));
  return [...known.values()].sort((a, b) => b.id - a.id).slice(0, MOST);
}

function arrived(entry) {
  waiting = [...waiting, entry].slice(-MOST);
  since.push(entry);
  announce(entry);
  if (drawing) return;
  drawing = true;
  setTimeout(drawArrived, 100); // so that a burst of calls is one drawing
}

function drawArrived() {
  drawing = false;
  if (paused || !waiting.length) return;
  entries = merged(entries, waiting);
  waiting = [];
  draw();
}

/** Tell of the last call, to those who listen only once in a while: nobody can follow every one. */
function announce({ method, operation, path, response, duration }) {
  last = `${method} ${operation ?? path}: ${response.status ?? "no answer"} in ${milliseconds(duration)}`;
  $("last-call").textContent = `Last call: ${last}`;
  untold += 1;
  speaking ??= setTimeout(() => {
    $("journal-live").textContent = untold > 1 ? `${count(untold, "new call")}, the last: ${last}` : `New: ${last}`;
    untold = 0;
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
  const note = dropped ? h("p", { class: "quiet" }, `${count(dropped, "older call")} were let go.`) : null;
  $("journal-list").replaceChildren(
    rows.length ? h("ol", { class: "calls", "aria-label": "Calls, newest first" }, rows)
      : h("p", { class: "quiet" }, "No call that the filter lets through."),
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
  drawArrived();
}

async function clear() {
  await attempt(() => control("DELETE", "/journal"), "The journal is empty.");
  entries = [];
  waiting = [];
  chosen = null;
  $("journal-entry").replaceChildren();
  read();
}
