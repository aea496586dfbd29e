// The values of one user, listed and edited through the Audience API.

import { api, segment } from "./api.js";
import { confirm, form } from "./dialog.js";
import { $, button, h, onSubmit, pretty, notify } from "./dom.js";
import { PAGE, numbered, pagedList } from "./list.js";

const SUGGESTED = 100;
const TEXTS = ["string", "date", "datetime"];
let list;
let user = "";

export function create() {
  const choice = h("form", { class: "bar", role: "search" },
    h("p", {}, h("label", { for: "value-user" }, "User id"),
      h("input", { id: "value-user", required: true, autocomplete: "off", spellcheck: "false" })),
    h("p", { class: "buttons" }, h("button", {}, "Show"), button("Set a value", add, { kind: "main" })));
  const root = h("div");
  $("data-values").replaceChildren(h("h3", {}, "Values of a user"), choice, root,
    h("datalist", { id: "definition-slugs" }));
  list = pagedList(root, { caption: "values", columns, load, empty: "This user has no values." });
  onSubmit(choice, () => { location.hash = `data/values/${encodeURIComponent($("value-user").value.trim())}`; });
  return { show };
}

function show(name = "") {
  if (name) $("value-user").value = name;
  user = $("value-user").value.trim();
  if (user) list.open();
}

async function load(place, signal) {
  const query = { page_no: place ?? 1, page_size: PAGE };
  return numbered(await api("GET", `/user_attribute/user/${segment(user)}`, { query, signal }));
}

const columns = [
  { title: "Definition", head: true, cell: (one) => h("code", {}, one.attribute.key) },
  { title: "Value", cell: (one) => pretty(JSON.stringify(one.attribute.value), 300) },
  { title: "Type", cell: (one) => one.type },
  { title: "Actions", actions: true, cell: (one) => [
    button("Change", () => change(one), { about: one.attribute.key }),
    button("Delete", () => remove(one), { about: one.attribute.key, kind: "danger" })] },
];

const path = (definition) => `/user_attribute/definition/${segment(definition)}/user/${segment(user)}`;

function add() {
  user = $("value-user").value.trim();
  if (!user) {
    $("value-user").focus();
    notify("Enter a user id first.");
    return;
  }
  suggest();
  form({ title: `Set a value of ${user}`, verb: "Set", fields: [
    { name: "definition", label: "Definition", required: true, list: "definition-slugs", hint: "Slug or id." },
    valueField(),
  ], action: async ({ definition, value }) => {
    const { _id, type } = await find(definition.trim());
    await put(_id, type, value);
  } });
}

async function suggest() {
  const { items } = await api("GET", "/user_attribute/definition", { query: { page_size: SUGGESTED } }).catch(() => ({ items: [] }));
  $("definition-slugs").replaceChildren(...items.map(({ slug, name }) => h("option", { value: slug }, name)));
}

async function find(text) {
  const { items } = await api("GET", "/user_attribute/definition", { query: { slug: text, page_size: SUGGESTED } });
  return items.find(({ slug }) => slug === text) ?? api("GET", `/user_attribute/definition/${segment(text)}`);
}

const valueField = (type, value = "") => ({
  name: "value", label: "Value", kind: "textarea", required: true, value,
  hint: TEXTS.includes(type) ? `A ${type}, without quotation marks.`
    : `${type ? `A ${type}` : "A string, date or datetime without quotation marks; other types"} as JSON: 12, true, ["a"], {"a": 1}.`,
});

function change(one) {
  const { value } = one.attribute;
  const text = TEXTS.includes(one.type) && typeof value === "string" ? value : JSON.stringify(value);
  form({ title: `Change ${one.attribute.key}`, verb: "Save", fields: [valueField(one.type, text)],
    action: ({ value: typed }) => put(one.user_attribute_definition_id, one.type, typed) });
}

async function put(definition, type, typed) {
  await api("PUT", path(definition), { body: { attribute: { value: parsed(type, typed) } } });
  notify(`Set the value of ${user}.`);
  if (location.hash === `#data/values/${encodeURIComponent(user)}`) list.reload();
  else location.hash = `data/values/${encodeURIComponent(user)}`;
}

function parsed(type, typed) {
  if (TEXTS.includes(type)) return typed;
  try {
    return JSON.parse(typed);
  } catch {
    throw new Error(`${JSON.stringify(typed)} is not JSON; a ${type} is written like 12, true, ["a"] or {"a": 1}.`);
  }
}

function remove(one) {
  confirm(`Delete ${one.attribute.key}?`, `This deletes the value of ${user}.`, "Delete", async () => {
    await api("DELETE", path(one.user_attribute_definition_id));
    notify(`Deleted the value ${one.attribute.key}.`);
    list.reload();
  });
}
