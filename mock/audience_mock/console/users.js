// The users who have contacts or are blacklisted: the Audience API only reads them, so this goes through the control API.

import { control, segment, served } from "./api.js";
import { confirm, form } from "./dialog.js";
import { $, badge, button, h, onSubmit, tell } from "./dom.js";
import { PAGE, numbered, pagedList } from "./list.js";

let list;

export function create() {
  const filter = h("form", { class: "bar", role: "search" },
    h("p", {}, h("label", { for: "user-part" }, "Id, email or phone contains"),
      h("input", { id: "user-part", type: "search", autocomplete: "off" })),
    h("p", { class: "buttons" }, h("button", {}, "Search"), button("Describe a user", add, { kind: "main" })));
  const root = h("div");
  $("data-users").replaceChildren(h("h3", {}, "Users"), filter, root);
  list = pagedList(root, { caption: "users", columns, load, empty: "No user has contacts here." });
  onSubmit(filter, () => list.open());
  return { show: () => list.reload() };
}

const query = (more = {}) => new URLSearchParams({ application: served.tenant, ...more });
const path = (user) => `/users/${segment(user)}?${query()}`;

async function load(place, signal) {
  const asked = query({ page_no: place ?? 1, page_size: PAGE, q: $("user-part").value });
  return numbered(await control("GET", `/users?${asked}`, undefined, { signal }));
}

const columns = [
  { title: "User", head: true, cell: (one) => h("a", { href: `#data/values/${encodeURIComponent(one.user_id)}` }, one.user_id) },
  { title: "Emails", cell: (one) => one.emails.map(({ email }) => email).join(", ") },
  { title: "Phone numbers", cell: (one) => one.phone_numbers.map(written).join(", ") },
  { title: "Notes", cell: (one) => (one.blacklisted ? badge("blacklisted") : "") },
  { title: "Actions", actions: true, cell: (one) => [
    button("Change", () => change(one), { about: one.user_id }),
    button("Forget", () => forget(one), { about: one.user_id, kind: "danger" })] },
];

const written = ({ country_code: code, phone }) => (code ? `+${code} ${phone}` : phone);

function fields(one = { emails: [], phone_numbers: [] }) {
  return [
    ...(one.user_id ? [] : [{ name: "user_id", label: "User id", required: true }]),
    { name: "emails", label: "Emails", value: one.emails.map(({ email }) => email).join(", "),
      hint: "With commas between them; the first is the primary one." },
    { name: "phone_numbers", label: "Phone numbers", value: one.phone_numbers.map(written).join(", "),
      hint: "Like +91 5550100, with commas between them." },
    { name: "blacklisted", label: "Blacklisted", kind: "checkbox", value: one.blacklisted },
  ];
}

const parts = (text) => text.split(",").map((part) => part.trim()).filter(Boolean);

/** What was typed, with the flags of contacts that were there before. */
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
  form({ title: "Describe a user", verb: "Save", fields: fields(), action: ({ user_id: user, ...typed }) => save(user, described(typed)) });
}

function change(one) {
  form({ title: `Change ${one.user_id}`, verb: "Save", fields: fields(one), action: (typed) => save(one.user_id, described(typed, one)) });
}

async function save(user, body) {
  await control("PUT", path(user), body);
  tell(`Saved the user ${user}.`);
  list.reload();
}

function forget(one) {
  confirm(`Forget ${one.user_id}?`, "The user stays in groups, without contacts.", "Forget", async () => {
    await control("DELETE", path(one.user_id));
    tell(`Forgot the user ${one.user_id}.`);
    list.reload();
  });
}
