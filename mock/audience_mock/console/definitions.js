// Attribute definitions, listed and edited through the Audience API.

import { api, segment } from "./api.js";
import { confirm, form } from "./dialog.js";
import { $, badge, button, h, onSubmit, notify } from "./dom.js";
import { PAGE, numbered, pagedList } from "./list.js";

export const TYPES = ["string", "number", "boolean", "date", "datetime", "list", "object"];
const PATH = "/user_attribute/definition";
let list;

export function create() {
  const filter = h("form", { class: "bar", role: "search" },
    h("p", {}, h("label", { for: "definition-name" }, "Name contains"),
      h("input", { id: "definition-name", type: "search", autocomplete: "off" })),
    h("p", { class: "buttons" }, h("button", {}, "Search"), button("New definition", add, { kind: "main" })));
  const root = h("div");
  $("data-definitions").replaceChildren(h("h3", {}, "Definitions"), filter, root);
  list = pagedList(root, { caption: "definitions", columns, load, empty: "No definitions." });
  onSubmit(filter, () => list.open());
  return { show: () => list.reload() };
}

async function load(place, signal) {
  const query = { page_no: place ?? 1, page_size: PAGE, name: $("definition-name").value };
  return numbered(await api("GET", PATH, { query, signal }));
}

const columns = [
  { title: "Name", head: true, cell: (one) => one.name },
  { title: "Slug", cell: (one) => h("code", {}, one.slug) },
  { title: "Type", cell: (one) => one.type },
  { title: "Notes", cell: (one) => [one.is_locked && "locked", one.pinned && "pinned", one.encrypted && "encrypted"]
    .filter(Boolean).map((text) => badge(text)) },
  { title: "Actions", actions: true, cell: (one) => [
    button("Change", () => change(one), { about: one.name }),
    button("Delete", () => remove(one), { about: one.name, kind: "danger" })] },
];

function fields(one = {}) {
  return [
    { name: "name", label: "Name", value: one.name, required: true },
    ...(one._id ? [] : [{ name: "slug", label: "Slug", required: true, hint: "Letters, digits, - and _." }]),
    { name: "description", label: "Description", value: one.description, required: true },
    { name: "type", label: "Type", kind: "select", choices: TYPES, value: one.type },
    ...(one._id ? [{ name: "customer_editable", label: "Editable by customers", kind: "checkbox", value: one.customer_editable }] : []),
  ];
}

function add() {
  form({ title: "New definition", verb: "Create", fields: fields(), action: async (body) => {
    const made = await api("POST", PATH, { body });
    notify(`Created the definition ${made.name}.`);
    list.reload();
  } });
}

function change(one) {
  form({ title: `Change ${one.name}`, verb: "Save", fields: fields(one), action: async (body) => {
    const changed = Object.fromEntries(Object.entries(body).filter(([name, value]) => value !== (one[name] ?? "")));
    await api("PUT", `${PATH}/${segment(one._id)}`, { body: changed });
    notify(`Changed the definition ${body.name}.`);
    list.reload();
  } });
}

function remove(one) {
  confirm(`Delete ${one.name}?`, "This also deletes all values of this definition.", "Delete", async () => {
    await api("DELETE", `${PATH}/${segment(one._id)}`);
    notify(`Deleted the definition ${one.name}.`);
    list.reload();
  });
}
