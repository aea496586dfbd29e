// Fault rules, which delay, replace or break responses.

import { control, segment, served } from "./api.js";
import { $, attempt, button, count, fill, onSubmit, say, notify, words } from "./dom.js";
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
  { title: "For", head: true, cell: (one) => (one.operation ? words(one.operation) : [one.method, one.path].filter(Boolean).join(" ") || "all operations") },
  { title: "Does", cell: does },
  { title: "When", cell: when },
  { title: "Hits", number: true, cell: (one) => (one.hits ?? 0).toLocaleString("en") },
  { title: "Actions", actions: true, cell: (one) =>
    button("Remove", () => remove(one), { about: `rule ${one.id}`, kind: "danger" }) },
];

function does({ status, kind, delay, rate, body, example }) {
  return [
    status && `returns ${status}`,
    example && `with the example ${example}`,
    body !== undefined && body !== null && "with a custom body",
    delay !== undefined && delay !== null && waits(delay),
    rate && `allows ${count(rate.limit, "request")} in ${count(rate.seconds, "second")}`,
    { drop: "drops the connection", half: "sends half of the response", malformed: "sends a malformed body" }[kind],
  ].filter(Boolean).join(", ") || "nothing";
}

function waits(delay) {
  if (typeof delay === "number") return `waits ${count(delay, "second")}`;
  const [[shape, [first, second]]] = Object.entries(delay);
  return shape === "uniform" ? `waits ${first} to ${second} seconds` : `waits about ${first} seconds`;
}

function when({ probability, times }) {
  return [
    probability !== undefined && probability !== null && probability < 1 ? `with probability ${probability}` : "always",
    times !== undefined && times !== null && `${count(times, "request")} only`,
  ].filter(Boolean).join(", ");
}

/** The form as a rule, without its empty fields. */
function rule() {
  const number = (id) => ($(id).value === "" ? undefined : Number($(id).value));
  const limit = number("fault-limit");
  return {
    operation: $("fault-operation").value || undefined,
    status: number("fault-status"),
    kind: $("fault-kind").value || undefined,
    delay: number("fault-delay"),
    probability: number("fault-probability"),
    times: number("fault-times"),
    seed: number("fault-seed"),
    rate: limit === undefined ? undefined : { limit, seconds: number("fault-seconds") ?? 60 },
    body: body(),
  };
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
