// Contact data and blacklisting of users: the Audience API only reads them, so this page uses the control API.

import { control, segment, served } from "./api.js";
import { confirm, form } from "./dialog.js";
import { $, badge, button, h, onSubmit, notify } from "./dom.js";
import { PAGE, numbered, pagedList } from "./list.js";

let list;

export function create() {
  const filter = h("form", { class: "bar", role: "search" },
    h("p", {}, h("label", { for: "user-part" }, "Id, email or phone contains"),
      h("input", { id: "user-part", type: "search", autocomplete: "off" })),
    h("p", { class: "buttons" }, h("button", {}, "Search"), button("Add contact data", add, { kind: "main" })));
  const root = h("div");
  $("data-users").replaceChildren(h("h3", {}, "Users"), filter, root);
  list = pagedList(root, { caption: "users", columns, load, empty: "No users with contact data." });
  onSubmit(filter, () => list.open());
  return { show: () => list.reload() };
}

const query = (parameters = {}) => new URLSearchParams({ application: served.tenant, ...parameters });
const path = (user) => `/users/${segment(user)}?${query()}`;

async function load(place, signal) {
  const search = query({ page_no: place ?? 1, page_size: PAGE, q: $("user-part").value });
  return numbered(await control("GET", `/users?${search}`, undefined, { signal }));
}

const columns = [
  { title: "User", head: true, cell: (one) => h("a", { href: `#data/values/${encodeURIComponent(one.user_id)}` }, one.user_id) },
  { title: "Emails", cell: (one) => one.emails.map(({ email }) => email).join(", ") },
  { title: "Phone numbers", cell: (one) => one.phone_numbers.map(written).join(", ") },
  { title: "Notes", cell: (one) => (one.blacklisted ? badge("blacklisted") : "") },
  { title: "Actions", actions: true, cell: (one) => [
    button("Change", () => change(one), { about: one.user_id }),
    button("Delete", () => remove(one), { about: one.user_id, kind: "danger" })] },
];

const written = ({ country_code: code, phone }) => (code ? `+${code} ${phone}` : phone);

function fields(one = { emails: [], phone_numbers: [] }) {
  return [
    ...(one.user_id ? [] : [{ name: "user_id", label: "User id", required: true }]),
    { name: "emails", label: "Emails", value: one.emails.map(({ email }) => email).join(", "),
      hint: "Separated by commas; the first is the primary one." },
    { name: "phone_numbers", label: "Phone numbers", value: one.phone_numbers.map(written).join(", "),
      hint: "Like +91 5550100, separated by commas." },
    { name: "blacklisted", label: "Blacklisted", kind: "checkbox", value: one.blacklisted },
  ];
}

const parts = (text) => text.split(",").map((part) => part.trim()).filter(Boolean);

/** The typed contacts; existing ones keep their flags. */
function described({ emails, phone_numbers: phones, blacklisted }, before = { emails: [], phone_numbers: [] }) {
  const flags = (place) => ({ primary: place === 0, verified: true, active: true });
  return {
    emails: parts(emails).map((email, place) => before.emails.find((one) => one.email === email) ?? { email, ...flags(place) }),
    phone_numbers: parts(phones).map((text, place) => before.phone_numbers.find((one) => written(one) === text)
      ?? { ...number(text), ...flags(place) }),
    blacklisted,
  };
}

function number(text) {
  const found = /^\+(\d{1,6})\s+(.+)$/.exec(text);
  return found ? { country_code: Number(found[1]), phone: found[2] } : { phone: text };
}

function add() {
  form({ title: "Add contact data", verb: "Save", fields: fields(), action: ({ user_id: user, ...typed }) => save(user, described(typed)) });
}

function change(one) {
  form({ title: `Change ${one.user_id}`, verb: "Save", fields: fields(one), action: (typed) => save(one.user_id, described(typed, one)) });
}

async function save(user, body) {
  await control("PUT", path(user), body);
  notify(`Saved the user ${user}.`);
  list.reload();
}

function remove(one) {
  confirm(`Delete the contact data of ${one.user_id}?`, "The user stays in its groups.", "Delete", async () => {
    await control("DELETE", path(one.user_id));
    notify(`Deleted the contact data of ${one.user_id}.`);
    list.reload();
  });
}
