// The dialog of the page: a form or a confirmation. The browser keeps the focus inside it.

import { $, h, say } from "./dom.js";

let submit = async () => {};
let fields = [];

/**
 * Show a form. A field: {name, label, kind: text|textarea|select|number|checkbox, value, hint, choices, required}.
 * `action` gets the values by name. If it raises, the dialog stays open and shows the error, if possible at its field.
 */
export function form({ title, text = "", fields: newFields = [], verb, danger = false, action }) {
  submit = action;
  fields = newFields;
  $("dialog-title").textContent = title;
  say($("dialog-text"), text);
  say($("dialog-trouble"), "");
  $("dialog-fields").replaceChildren(...newFields.map(line));
  $("dialog-do").textContent = verb;
  $("dialog-do").className = danger ? "danger" : "main";
  $("dialog").showModal();
}

/** Ask before deleting something. */
export function confirm(title, text, verb, action) {
  form({ title, text, verb, danger: true, action });
}

function line(field) {
  const id = `field-${field.name}`;
  const label = h("label", { for: id }, field.label, field.required ? h("span", { class: "quiet" }, " (required)") : null);
  const help = h("span", { id: `${id}-hint`, class: "quiet" }, field.hint ?? "");
  const wrong = h("span", { id: `${id}-wrong`, class: "wrong" });
  const input = control(field, {
    id, name: field.name, required: Boolean(field.required), "aria-describedby": `${id}-hint ${id}-wrong`,
  });
  return h("p", { class: field.kind === "checkbox" ? "check wide" : "wide" },
    ...(field.kind === "checkbox" ? [input, label] : [label, input]), help, wrong);
}

function control({ kind = "text", value = "", choices = [], list }, properties) {
  if (kind === "select") {
    const options = choices.map((one) => h("option", { value: one, selected: one === value }, one));
    return h("select", properties, options);
  }
  if (kind === "textarea") {
    return h("textarea", { ...properties, rows: 4, spellcheck: "false" }, value);
  }
  if (kind === "checkbox") return h("input", { ...properties, type: "checkbox", checked: Boolean(value) });
  return h("input", { ...properties, type: kind, value, autocomplete: "off", list });
}

function values() {
  return Object.fromEntries(fields.map(({ name, kind }) => {
    const input = $(`field-${name}`);
    return [name, kind === "checkbox" ? input.checked : input.value];
  }));
}

function showTrouble(error) {
  const errors = error.errors ?? [];
  for (const { name } of fields) {
    const found = errors.find(({ field }) => field.split(".").includes(name));
    $(`field-${name}-wrong`).textContent = found?.message ?? "";
    $(`field-${name}`).toggleAttribute("aria-invalid", Boolean(found));
    if (found) $(`field-${name}`).setAttribute("aria-invalid", "true");
  }
  say($("dialog-trouble"), error.message);
  const first = document.querySelector("#dialog-fields [aria-invalid=true]");
  first?.focus();
}

/** Add the listeners of the dialog, once. */
export function prepare() {
  $("dialog-cancel").addEventListener("click", () => $("dialog").close());
  $("dialog-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("dialog-do").disabled = true;
    try {
      await submit(values());
      $("dialog").close();
    } catch (error) {
      showTrouble(error);
    } finally {
      $("dialog-do").disabled = false;
    }
  });
}
