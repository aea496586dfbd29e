// The state of the session: contents, reset, snapshots, export and import, and the clock.

import { control, controlAddress, currentSession, segment, worldChanged } from "./api.js";
import { confirm } from "./dialog.js";
import { $, attempt, button, count, h, onSubmit, say, table } from "./dom.js";
import { sliced, pagedList } from "./list.js";

let snapshots;
let offset = null; // milliseconds between the session's clock and this machine's; null while it is frozen
let frozenAt = null;

export function create() {
  for (const one of $("state-reset").querySelectorAll("button")) one.addEventListener("click", () => resetTo(one.dataset.to));
  for (const one of $("clock-buttons").querySelectorAll("button")) {
    one.addEventListener("click", () => setClock({ [one.dataset.clock]: true }));
  }
  onSubmit($("snapshot-form"), take);
  onSubmit($("clock-advance"), () => setClock({ advance: Number($("clock-by").value) * Number($("clock-unit").value) }));
  onSubmit($("clock-set"), () => setClock({ set: moment($("clock-moment").value) }));
  $("state-import").addEventListener("change", importFile);
  snapshots = pagedList($("snapshot-list"), {
    caption: "snapshots", columns, load: async (place, signal) =>
      sliced((await control("GET", "/snapshots", undefined, { signal })).items, place), empty: "No snapshots.",
  });
  setInterval(tick, 250);
  return { show };
}

function show() {
  $("state-export").href = controlAddress("/state");
  snapshots.reload();
  showCounts();
  readClock();
}

async function showCounts() {
  try {
    const { items } = await control("GET", "/sessions");
    const found = items.find((one) => one.name === currentSession());
    const tenants = Object.entries(found?.tenants ?? {});
    $("state-counts").replaceChildren(tenants.length ? table("Contents of each application", countColumns, tenants)
      : h("p", { class: "quiet" }, "Empty: no definitions, values or groups."));
  } catch (error) {
    $("state-counts").replaceChildren(h("p", { class: "trouble" }, error.message));
  }
}

const held = (name) => ({ title: name[0].toUpperCase() + name.slice(1), number: true, cell: ([, one]) => one[name].toLocaleString("en") });
const countColumns = [
  { title: "Application", head: true, cell: ([name]) => h("code", {}, name) },
  held("definitions"), held("values"), held("groups"), held("users"),
];

/** The contents of all applications as a text. */
export function summed(tenants) {
  const sum = (name) => Object.values(tenants).reduce((all, one) => all + one[name], 0);
  return `${count(sum("definitions"), "definition")}, ${count(sum("values"), "value")}, ${count(sum("groups"), "group")}`;
}

async function changed(action, text) {
  await attempt(action, ({ tenants }) => `${text}: ${summed(tenants)}.`);
  worldChanged();
}

function resetTo(to) {
  if (to !== "empty") return reset(to);
  return confirm("Empty this session?", "This deletes all its definitions, values, groups and users.", "Empty", () => reset(to));
}

const reset = (to) => changed(() => control("POST", `/reset${to ? `?to=${segment(to)}` : ""}`), `Reset to ${to || "the seed"}`);

async function take() {
  const name = $("snapshot-name").value.trim();
  if (await attempt(() => control("PUT", `/snapshots/${segment(name)}`), `Saved the snapshot ${name}.`)) {
    $("snapshot-form").reset();
  }
  snapshots.reload();
}

const columns = [
  { title: "Name", head: true, cell: (one) => one.name },
  { title: "Holds", cell: (one) => summed(one.tenants) },
  { title: "Actions", actions: true, cell: (one) => [
    button("Restore", () => changed(() => control("POST", `/snapshots/${segment(one.name)}`), `Restored ${one.name}`),
      { about: one.name }),
    button("Delete", () => forget(one), { about: one.name, kind: "danger" })] },
];

async function forget({ name }) {
  await attempt(() => control("DELETE", `/snapshots/${segment(name)}`), `Deleted the snapshot ${name}.`);
  snapshots.reload();
}

async function importFile() {
  const [file] = $("state-import").files;
  if (!file) return;
  await changed(async () => {
    let state;
    try {
      state = JSON.parse(await file.text());
    } catch (error) {
      throw new Error(`${file.name} is not JSON (${error.message}); import a file that this page exported.`);
    }
    return control("PUT", "/state", state);
  }, `Imported ${file.name}`);
  $("state-import").value = "";
}

// --- the clock ------------------------------------------------------------------------------------

const moment = (local) => `${local.length === 16 ? `${local}:00` : local}Z`;

async function readClock() {
  try {
    showClock(await control("GET", "/clock"));
  } catch (error) {
    say($("clock-state"), "");
    $("clock-now").textContent = error.message;
  }
}

function showClock({ now, frozen }) {
  frozenAt = frozen ? now : null;
  offset = frozen ? null : Date.parse(now) - Date.now();
  const isReal = !frozen && Math.abs(offset) <= 5000;
  say($("clock-state"), frozen ? "frozen" : isReal ? "real time" : "shifted");
  const without = { freeze: frozen, run: !frozen, reset: isReal };
  for (const one of $("clock-buttons").querySelectorAll("button")) one.disabled = without[one.dataset.clock];
  $("clock-moment").value = now.slice(0, 19);
  tick();
}

function tick() {
  if ($("panel-state").hidden || (frozenAt === null && offset === null)) return;
  const now = frozenAt ?? new Date(Date.now() + offset).toISOString();
  $("clock-now").textContent = `${now.slice(0, 10)} ${now.slice(11, 19)} UTC`;
}

async function setClock(body) {
  await attempt(async () => showClock(await control("POST", "/clock", body)), () => `The clock is at ${$("clock-now").textContent}.`);
}
