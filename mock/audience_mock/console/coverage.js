// Coverage: how often each documented status of each operation was returned.

import { control } from "./api.js";
import { $, h, say, table, words } from "./dom.js";

export function create() {
  return { show };
}

async function show() {
  try {
    const { items, exercised, documented } = await control("GET", "/journal/coverage");
    say($("coverage-trouble"), "");
    $("coverage-sum").textContent = `${exercised} of ${documented} documented responses were returned. `
      + "A dash means: not documented.";
    $("coverage-map").replaceChildren(map(items));
  } catch (error) {
    say($("coverage-trouble"), `Cannot load the coverage. ${error.message}`);
    $("coverage-sum").textContent = "";
    $("coverage-map").replaceChildren();
  }
}

function map(items) {
  const statuses = [...new Set(items.flatMap((one) => Object.keys(one.statuses)))].sort();
  return table("Number of responses by operation and status", [
    { title: "Operation", head: true, cell: (one) => words(one.operation) },
    ...statuses.map((status) => ({ title: status, number: true, cell: (one) => times(one.statuses[status]) })),
  ], items);
}

function times(number) {
  if (number === undefined) return h("span", { class: "quiet", "aria-label": "not documented", role: "img" }, "–");
  return h("span", { class: `badge ${number ? "good" : "never"}` }, number.toLocaleString("en"));
}
