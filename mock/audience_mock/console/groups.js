// Groups and their users, listed and edited through the Audience API.

import { api, segment } from "./api.js";
import { confirm, form } from "./dialog.js";
import { $, attempt, badge, button, h, onSubmit, notify } from "./dom.js";
import { PAGE, numbered, pagedList } from "./list.js";

const PATH = "/user_group";
let list;
let members;
let group = "";

export function create() {
  const filter = h("form", { class: "bar", role: "search" },
    h("p", {}, h("label", { for: "group-name" }, "Name contains"),
      h("input", { id: "group-name", type: "search", autocomplete: "off" })),
    h("p", { class: "buttons" }, h("button", {}, "Search"), button("New group", add, { kind: "main" })));
  const search = h("form", { class: "bar", role: "search" },
    h("p", {}, h("label", { for: "member-q" }, "Email or phone contains"),
      h("input", { id: "member-q", type: "search", autocomplete: "off" })),
    h("p", { class: "buttons" }, h("button", {}, "Search"), h("a", { href: "#data/groups", class: "button" }, "Back to the groups")));
  const root = h("div");
  const inside = h("div");
  $("data-groups").replaceChildren(
    h("div", { id: "groups-all" }, h("h3", {}, "Groups"), filter, root),
    h("div", { id: "groups-one", hidden: true }, h("h3", { id: "group-title", tabindex: "-1" }, "Users of a group"), search, inside));
  list = pagedList(root, { caption: "groups", columns, load, empty: "No groups." });
  members = pagedList(inside, { caption: "users", columns: memberColumns, load: loadMembers, empty: "No users." });
  onSubmit(filter, () => list.open());
  onSubmit(search, () => members.open());
  return { show };
}

function show(id = "") {
  $("groups-all").hidden = Boolean(id);
  $("groups-one").hidden = !id;
  if (!id) {
    list.reload();
    return;
  }
  if (id !== group) $("member-q").value = "";
  group = id;
  title(id);
  members.open();
}

async function title(id) {
  $("group-title").textContent = "Users of a group";
  const found = await api("GET", `${PATH}/${segment(id)}`).catch(() => null); // the list of users shows the error
  if (found && id === group) $("group-title").textContent = `Users of ${found.name}`;
}

async function load(place, signal) {
  return numbered(await api("GET", PATH, { query: { page_no: place ?? 1, page_size: PAGE, name: $("group-name").value }, signal }));
}

async function loadMembers(place, signal) {
  const query = { page_size: PAGE, q: $("member-q").value, ...place };
  const { items, page } = await api("GET", `${PATH}/${segment(group)}/users`, { query, signal });
  return {
    items,
    next: page.has_next ? { cursor: page.next_cursor, direction: "next" } : null,
    previous: page.has_prev ? { cursor: page.prev_cursor, direction: "prev" } : null,
  };
}

const columns = [
  { title: "Name", head: true, cell: (one) => one.name },
  { title: "Category", cell: (one) => one.category },
  { title: "Status", cell: (one) => badge(one.status) },
  { title: "Users", number: true, cell: (one) => (one.total_users?.count ?? 0).toLocaleString("en") },
  { title: "Actions", actions: true, cell: (one) => [
    h("a", { href: `#data/groups/${encodeURIComponent(one._id)}`, class: "button" }, "Users",
      h("span", { class: "unseen" }, ` of ${one.name}`)),
    button("Recount", () => recount(one), { about: one.name }),
    button("Change", () => change(one), { about: one.name }),
    button("Delete", () => remove(one), { about: one.name, kind: "danger" })] },
];

const memberColumns = [
  { title: "User", head: true, cell: ({ user_id: id }) =>
    h("a", { href: `#data/values/${encodeURIComponent(id)}` }, h("span", { class: "unseen" }, "Values of "), h("code", {}, id)) },
  { title: "Emails", cell: ({ emails = [] }) => emails.map(({ email }) => email).join(", ") || "–" },
  { title: "Phones", cell: ({ phone_numbers: phones = [] }) =>
    phones.map(({ country_code: code, phone }) => `+${code ?? ""} ${phone}`).join(", ") || "–" },
];

const fileField = (value, required) => ({
  name: "file_url", label: "URL of the CSV file", value, required,
  hint: "http:, https: or data:text/csv; the file has a column user_id. Leave it empty if you list the users below.",
});
const usersField = { name: "users", label: "Or user ids, one per line", kind: "textarea" };

function withFile({ users, ...body }) {
  const ids = users.split("\n").map((line) => line.trim()).filter(Boolean);
  if (ids.length) {
    const lines = ["user_id", ...ids.map((id) => (/[",\r]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id))];
    body.file_url = `data:text/csv,${encodeURIComponent(lines.join("\n"))}`;
  }
  return body;
}

function add() {
  form({ title: "New group", verb: "Create", fields: [
    { name: "name", label: "Name", required: true },
    { name: "description", label: "Description", required: true },
    { name: "category", label: "Category", kind: "select", choices: ["l1", "l2", "l3"] },
    fileField("", false), usersField,
  ], action: async (values) => {
    const made = await api("POST", PATH, { body: withFile(values) });
    notify(`Created the group ${made.name}; a job reads its file.`);
    list.reload();
  } });
}

function change(one) {
  form({ title: `Change ${one.name}`, verb: "Save", fields: [
    { name: "name", label: "Name", value: one.name, required: true },
    { name: "description", label: "Description", value: one.description },
    fileField(one.file_url, false), usersField,
  ], action: async (values) => {
    const changed = Object.fromEntries(Object.entries(withFile(values)).filter(([name, value]) => value !== (one[name] ?? "")));
    await api("PATCH", `${PATH}/${segment(one._id)}`, { body: changed });
    notify(`Changed the group ${values.name}.`);
    list.reload();
  } });
}

async function recount(one) {
  await attempt(() => api("POST", `${PATH}/${segment(one._id)}/refresh`), `The users of ${one.name} are being counted.`);
  setTimeout(() => list.reload(), 500);
}

function remove(one) {
  confirm(`Delete ${one.name}?`, "Its users are not deleted.", "Delete", async () => {
    await api("DELETE", `${PATH}/${segment(one._id)}`);
    notify(`Deleted the group ${one.name}.`);
    list.reload();
  });
}
