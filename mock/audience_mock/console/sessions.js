// Sessions: their list, and the session of this page.

import { control, currentSession, segment, useSession } from "./api.js";
import { confirm } from "./dialog.js";
import { $, attempt, badge, button, h, onSubmit, notify } from "./dom.js";
import { pagedList, sliced } from "./list.js";
import { summed } from "./state.js";

const SUGGESTED = 50;
let list;

export function create() {
  onSubmit($("session-form"), () => go($("session-name").value.trim()));
  $("session-name").addEventListener("focus", suggest);
  $("session-name").addEventListener("input", allowSwitch);
  $("session-clear").addEventListener("click", endAll);
  document.addEventListener("worldchange", showName);
  showName();
  list = pagedList($("session-list"), { caption: "sessions", columns, load, empty: "No sessions." });
  return { show: () => list.reload() };
}

function showName() {
  $("session-name").value = currentSession();
  allowSwitch();
}

function allowSwitch() {
  $("session-switch").disabled = $("session-name").value.trim() === currentSession();
}

async function suggest() {
  const { items } = await control("GET", "/sessions").catch(() => ({ items: [] }));
  $("session-names").replaceChildren(...items.slice(-SUGGESTED).map(({ name }) => h("option", { value: name })));
}

const go = (name) => attempt(async () => useSession(name), `This page now uses the session ${name}.`);

async function load(place, signal) {
  const { items } = await control("GET", "/sessions", undefined, { signal });
  $("session-clear").disabled = !items.length;
  return sliced(items, place);
}

const columns = [
  { title: "Name", head: true, cell: (one) => [h("code", {}, one.name), " ",
    ...(one.name === currentSession() ? [badge("this page")] : [])] },
  { title: "Holds", cell: (one) => summed(one.tenants) },
  { title: "Idle", number: true, cell: (one) => `${Math.round(one.idle)} s` },
  { title: "Actions", actions: true, cell: (one) => [
    button("Use", () => go(one.name), { about: one.name, disabled: one.name === currentSession() }),
    button("End", () => end(one), { about: one.name, kind: "danger" })] },
];

function endAll() {
  confirm("End all sessions?", "This deletes their data, clocks, jobs, faults and journals, and all snapshots.",
    "End all", async () => {
      await control("DELETE", "/sessions");
      notify("Ended all sessions.");
      useSession(currentSession());
    });
}

async function end({ name }) {
  await attempt(() => control("DELETE", `/sessions/${segment(name)}`), `Ended the session ${name}.`);
  if (name === currentSession()) useSession(name);
  else list.reload();
}
