// The page: it creates the panels, and its address selects the panel to show.

import { load, served, useBearer, worldChanged } from "./api.js";
import * as coverage from "./coverage.js";
import * as data from "./data.js";
import { prepare } from "./dialog.js";
import { $, clearMessages, fill, onSubmit, warn } from "./dom.js";
import * as faults from "./faults.js";
import * as jobs from "./jobs.js";
import * as journal from "./journal.js";
import * as sessions from "./sessions.js";
import * as state from "./state.js";

const PANELS = { journal, data, state, faults, jobs, sessions, coverage };
const panels = {};
let shown = "";

function show({ focus = false } = {}) {
  const [name, ...rest] = location.hash.slice(1).split("/");
  const chosen = name in panels ? name : "journal";
  const title = $(`title-${chosen}`);
  for (const one of Object.keys(panels)) $(`panel-${one}`).hidden = one !== chosen;
  for (const link of document.querySelectorAll("body > nav a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${title.textContent} - Audience API mock`;
  if (shown && chosen !== shown) clearMessages();
  if (focus && chosen !== shown) {
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  shown = chosen;
  panels[chosen].show(rest);
}

function chooseTenant() {
  fill($("tenant"), served.tenants.map((one) => [one]));
  $("tenant").value = served.tenant;
  $("tenant-choice").hidden = served.tenants.length < 2;
  $("tenant").addEventListener("change", () => {
    served.tenant = $("tenant").value;
    worldChanged();
  });
}

async function begin() {
  try {
    await load();
  } catch (error) {
    warn(error);
    return;
  }
  prepare();
  chooseTenant();
  document.addEventListener("unauthorised", () => { $("bearer-form").hidden = false; });
  onSubmit($("bearer-form"), () => useBearer($("bearer").value));
  for (const [name, panel] of Object.entries(PANELS)) panels[name] = panel.create();
  addEventListener("hashchange", () => show({ focus: true }));
  document.addEventListener("worldchange", () => show());
  show();
  document.documentElement.dataset.ready = "true";
}

begin();
