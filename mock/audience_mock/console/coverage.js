// Which operations and documented statuses have been exercised.

import { control } from "./api.js";
import { $, h, say, table, words } from "./dom.js";

export function create() {
  return { show };
}

async function show() {
  try {
    const { items, exercised, documented } = await control("GET", "/journal/coverage");
    say($("coverage-trouble"), "");
    $("coverage-sum").textContent = `${exercised} of ${documented} documented answers were given. `
      + "A dash stands where a status is not documented.";
    $("coverage-map").replaceChildren(map(items));
  } catch (error) {
    say($("coverage-trouble"), `The coverage cannot be read. ${error.message}`);
    $("coverage-sum").textContent = "";
    $("coverage-map").replaceChildren();
  }
}

function map(items) {
  const statuses = [...new Set(items.flatMap((one) => Object.keys(one.statuses)))].sort();
  return table("Operations and the statuses that they were answered with", [
    { title: "Operation", head: true, cell: (one) => words(one.operation) },
    ...statuses.map((status) => ({ title: status, number: true, cell: (one) => times(one.statuses[status]) })),
  ], items);
}

function times(number) {
  if (number === undefined) return h("span", { class: "quiet", "aria-label": "not documented", role: "img" }, "–");
  return h("span", { class: `badge ${number ? "good" : "never"}` }, number.toLocaleString("en"));
}
