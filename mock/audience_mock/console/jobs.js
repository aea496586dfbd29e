// Background jobs: their list, and when they run.

import { control, segment } from "./api.js";
import { form } from "./dialog.js";
import { $, attempt, badge, button, h, onSubmit, notify } from "./dom.js";
import { pagedList, sliced } from "./list.js";

const INTERVAL = 2000; // milliseconds between two requests for the jobs, while they are shown
let list;
let seen = "";
let active = ""; // the progression of new jobs, as chosen in the form

export function create() {
  onSubmit($("job-progression"), setProgression);
  $("job-progression").addEventListener("input", showNumber);
  list = pagedList($("job-list"), { caption: "jobs", columns, load, empty: "No jobs. New groups, recounts and bulk updates start jobs." });
  setInterval(poll, INTERVAL);
  return { show };
}

async function show() {
  list.reload();
  await attempt(async () => showProgression((await control("GET", "/jobs")).progression));
}

async function load(place, signal) {
  const { items } = await control("GET", "/jobs", undefined, { signal });
  seen = JSON.stringify(items);
  return sliced(items, place);
}

/** Redraw the jobs only after a change, because drawing loses the focus. */
async function poll() {
  if ($("panel-jobs").hidden || document.hidden) return;
  const { items } = await control("GET", "/jobs").catch(() => ({ items: null }));
  if (items && JSON.stringify(items) !== seen) list.reload();
}

const columns = [
  { title: "Job", head: true, cell: (one) => one.title },
  { title: "Status", cell: (one) => badge(one.status) },
  { title: "Waits for", cell: (one) => (one.status === "waiting" ? waits(one.progression) : "–") },
  { title: "Created", cell: (one) => one.created_at.slice(0, 19).replace("T", " ") },
  { title: "Notes", cell: (one) => one.problem ?? (one.fails ? "will fail" : one.failing_rows.length
    ? `skips rows ${one.failing_rows.join(", ")}` : "–") },
  { title: "Actions", actions: true, cell: actions },
];

function waits({ seconds, reads }) {
  if (reads !== null) return `${reads} reads`;
  return seconds === null ? "manual advance" : `${seconds} s`;
}

function actions(one) {
  if (one.status !== "waiting") return [h("span", { class: "quiet" }, "–")];
  return [
    button("Advance", () => act(one, "advance", undefined, `Advanced ${one.title}.`), { about: one.title }),
    button("Fail", () => act(one, "fail", {}, `${one.title} will fail.`), { about: one.title, kind: "danger" }),
    button("Fail rows", () => failRows(one), { about: `of ${one.title}` }),
  ];
}

async function act({ id }, what, body, done) {
  await attempt(() => control("POST", `/jobs/${segment(id)}/${what}`, body), done);
  list.reload();
}

function failRows({ id, title }) {
  form({ title: `Skip rows of ${title}`, verb: "Set", fields: [
    { name: "rows", label: "Rows of the file", required: true, hint: "Numbers from 1, separated by commas: 1, 4, 7." },
  ], action: async ({ rows }) => {
    await control("POST", `/jobs/${segment(id)}/fail`, { rows: rows.split(",").map((one) => Number(one.trim() || NaN)) });
    notify(`${title} will skip these rows.`);
    list.reload();
  } });
}

// --- when new jobs run -------------------------------------------------------------------------------

const chosen = () => document.querySelector("#job-progression input[name=when]:checked")?.value;

function showProgression({ seconds, reads }) {
  const when = reads !== null ? "reads" : seconds === null ? "manual" : seconds === 0 ? "at-once" : "after";
  document.querySelector(`#job-progression input[value=${when}]`).checked = true;
  $("job-number").value = reads ?? seconds ?? "";
  active = progression();
  showNumber();
}

function showNumber() {
  const counted = ["after", "reads"].includes(chosen());
  $("job-number").disabled = !counted;
  $("job-number").required = counted;
  $("job-set").disabled = progression() === active;
}

/** The body of the chosen progression, as JSON. */
function progression() {
  const number = Number($("job-number").value);
  return JSON.stringify(
    { "at-once": { seconds: 0 }, after: { seconds: number }, reads: { reads: number }, manual: {} }[chosen()]);
}

async function setProgression() {
  const body = JSON.parse(progression());
  await attempt(async () => showProgression(await control("PUT", "/jobs/progression", body)), "Saved for new jobs.");
}
