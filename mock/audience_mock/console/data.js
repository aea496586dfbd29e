// The data panel: the page's address selects the kind of data.

import * as definitions from "./definitions.js";
import { $ } from "./dom.js";
import * as groups from "./groups.js";
import * as users from "./users.js";
import * as values from "./values.js";

const KINDS = { definitions, values, groups, users };

export function create() {
  const views = Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, kind.create()]));
  return {
    show([kind, ...rest]) {
      const chosen = kind in views ? kind : "definitions";
      for (const name of Object.keys(views)) $(`data-${name}`).hidden = name !== chosen;
      for (const link of document.querySelectorAll("#panel-data .tabs a")) {
        if (link.hash === `#data/${chosen}`) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      views[chosen].show(rest.length ? decodeURIComponent(rest.join("/")) : "");
    },
  };
}
