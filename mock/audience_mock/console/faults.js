// Fault rules, which delay, replace or break responses.

import { control, segment, served } from "./api.js";
import { $, attempt, button, fill, onSubmit, say, notify } from "./dom.js";
import { pagedList, sliced } from "./list.js";

const STATUSES = ["401", "403", "405", "409", "413", "415", "429", "500", "502", "503", "504"];
let list;

export function create() {
  fill($("fault-operation"), served.operations.map((one) => [one]));
  fill($("fault-status"), [...new Set([...served.statuses, ...STATUSES])].sort().map((one) => [one]));
  onSubmit($("fault-form"), add);
  $("fault-clear").addEventListener("click", clear);
  list = pagedList($("fault-list"), { caption: "rules", columns, load, empty: "No rules: the mock responds normally." });
  return { show: () => list.reload() };
}

async function load(place, signal) {
  const { items } = await control("GET", "/faults", undefined, { signal });
  $("fault-clear").disabled = !items.length;
  return sliced(items, place);
}

const columns = [
  { title: "Rule", head: true, cell: (one) => one.describes },
  { title: "Hits", number: true, cell: (one) => (one.hits ?? 0).toLocaleString("en") },
  { title: "Actions", actions: true, cell: (one) =>
    button("Remove", () => remove(one), { about: `rule ${one.id}`, kind: "danger" }) },
];

/** The form as a rule, without its empty fields. */
function rule() {
  const limit = number("fault-limit");
  return {
    operation: $("fault-operation").value || undefined,
    parameters: lines("fault-parameters"),
    query: lines("fault-query"),
    request_headers: lines("fault-request-headers"),
    request_body: fields("fault-request-body"),
    status: number("fault-status"),
    headers: lines("fault-headers"),
    kind: $("fault-kind").value || undefined,
    sequence: sequence(),
    delay: delay(),
    probability: number("fault-probability"),
    times: number("fault-times"),
    seed: number("fault-seed"),
    rate: limit === undefined ? undefined : { limit, seconds: number("fault-seconds") ?? 60 },
    body: body(),
  };
}

const number = (id) => ($(id).value === "" ? undefined : Number($(id).value));

/** The lines "name = value" of a field; undefined without any. */
function pairs(id) {
  const texts = $(id).value.split("\n").map((line) => line.trim()).filter(Boolean);
  return texts.length ? texts.map((line) => pair(line, id)) : undefined;
}

function pair(line, id) {
  const found = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line);
  if (found) return found.slice(1);
  throw new Error(`${label(id)}: ${JSON.stringify(line)} has no value; write a line like name = value.`);
}

const label = (id) => document.querySelector(`label[for="${id}"]`).textContent;

/** Texts by name. */
function lines(id) {
  const found = pairs(id);
  return found && Object.fromEntries(found);
}

/** Fields of a JSON body: a value that is JSON counts as such, and a name may be a path like attribute.value. */
function fields(id) {
  return pairs(id)?.reduce((found, [name, text]) => {
    const path = name.split(".");
    const last = path.pop();
    const inner = path.reduce((node, key) => (node[key] = Object(node[key]) === node[key] ? node[key] : {}), found);
    inner[last] = json(text);
    return found;
  }, {});
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Steps with commas between: "503, 503, ok". */
function sequence() {
  const steps = $("fault-sequence").value.split(",").map((step) => step.trim()).filter(Boolean);
  return steps.length ? steps.map(json) : undefined;
}

/** Milliseconds: fixed, from one number to another, or spread around one by sigma. */
function delay() {
  const [first, last, sigma] = ["fault-delay", "fault-delay-to", "fault-sigma"].map(number);
  if (last !== undefined && sigma !== undefined) throw new Error("Fill in either At most or Spread, not both.");
  if (last !== undefined) return { type: "uniform", lower: first ?? 0, upper: last };
  if (sigma === undefined) return first;
  if (first === undefined) throw new Error("A spread needs a delay: fill in Delay in ms.");
  return { type: "lognormal", median: first, sigma };
}

function body() {
  const text = $("fault-body").value.trim();
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The body is not JSON (${error.message}); write it like {"message": "Out of order"}.`);
  }
}

async function add() {
  try {
    await control("POST", "/faults", rule());
    say($("fault-trouble"), "");
    notify("The rule is active.");
    list.reload();
  } catch (error) {
    say($("fault-trouble"), error.message);
    $("fault-trouble").scrollIntoView({ block: "nearest" });
  }
}

async function remove({ id }) {
  await attempt(() => control("DELETE", `/faults/${segment(id)}`), `Removed the rule ${id}.`);
  list.reload();
}

async function clear() {
  await attempt(() => control("DELETE", "/faults"), "Removed all rules.");
  list.reload();
}
