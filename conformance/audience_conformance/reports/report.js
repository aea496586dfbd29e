"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const rules = all(".rule").map((element) => ({ element, text: element.textContent.toLowerCase().replace(/\s+/g, " ") }));
  const grid = document.querySelector("[role=grid]");
  const state = { query: "", status: new Set(), level: new Set(), op: "", group: "" };

  // --- the filter, and the address that restores it
  const matches = ({ element: { dataset }, text }) =>
    (!state.status.size || state.status.has(dataset.status)) &&
    (!state.level.size || state.level.has(dataset.level)) &&
    (!state.group || dataset.group === state.group) &&
    (!state.op || dataset.ops.split(" ").includes(state.op)) &&
    state.query.toLowerCase().split(/\s+/).every((word) => text.includes(word));

  const filtered = () => Boolean(state.query.trim() || state.status.size || state.level.size || state.op || state.group);

  const show = ({ remember = true } = {}) => {
    let shown = 0;
    for (const rule of rules) {
      rule.element.hidden = !matches(rule);
      shown += !rule.element.hidden;
    }
    for (const section of all(".by-status")) {
      const kept = all(".rule:not([hidden])", section).length;
      section.hidden = !kept;
      section.querySelector(".n").textContent = kept;
    }
    for (const button of all("[aria-pressed]")) {
      const { status, level } = button.dataset;
      button.setAttribute("aria-pressed", String(status ? state.status.has(status) : state.level.has(level)));
    }
    for (const button of all("button[data-op], button[data-group]", grid)) {
      const chosen = (button.dataset.op || "") === state.op && (button.dataset.group || "") === state.group;
      button.parentElement.setAttribute("aria-selected", String(chosen));
    }
    byId("chosen").replaceChildren(...["op", "group"].filter((key) => state[key]).map((key) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = `${state[key]} ✕`;
      chip.setAttribute("aria-label", `Remove the filter ${state[key]}`);
      chip.addEventListener("click", () => { state[key] = ""; show(); byId("query").focus(); });
      return chip;
    }));
    byId("shown").textContent = filtered() ? `${shown} of ${rules.length} rules` : `${rules.length} rules`;
    byId("clear").hidden = !filtered();
    byId("nothing").hidden = shown > 0;
    fold();
    if (remember) history.replaceState(null, "", address());
  };

  const address = () => {
    const parts = new URLSearchParams();
    if (state.query) parts.set("q", state.query);
    for (const key of ["status", "level"]) if (state[key].size) parts.set(key, [...state[key]].join(","));
    for (const key of ["op", "group"]) if (state[key]) parts.set(key, state[key]);
    return parts.size ? `#?${parts}` : location.pathname + location.search;
  };

  const clear = () => {
    state.query = byId("query").value = state.op = state.group = "";
    state.status.clear();
    state.level.clear();
  };

  const followAddress = () => {
    const hash = location.hash.slice(1);
    const rule = byId(hash);
    if (rule && rule.matches(".rule")) {
      reveal(rule);
    } else if (hash.startsWith("?")) {
      const parts = new URLSearchParams(hash);
      clear();
      state.query = byId("query").value = parts.get("q") || "";
      for (const key of ["status", "level"]) (parts.get(key) || "").split(",").filter(Boolean).forEach((one) => state[key].add(one));
      for (const key of ["op", "group"]) state[key] = parts.get(key) || "";
      show({ remember: false });
    }
  };

  const reveal = (rule) => {
    if (rule.hidden) {
      clear();
      show();
    }
    rule.open = true;
    rule.querySelector("summary").focus({ preventScroll: true });
    rule.scrollIntoView({ block: "start" });
  };

  byId("query").addEventListener("input", (event) => { state.query = event.target.value; show(); });
  for (const button of all("[aria-pressed]")) {
    button.addEventListener("click", () => {
      const { status, level } = button.dataset;
      const [chosen, value] = status ? [state.status, status] : [state.level, level];
      if (!chosen.delete(value)) chosen.add(value);
      show();
    });
  }
  for (const button of all(".clear")) button.addEventListener("click", () => { clear(); show(); byId("query").focus(); });

  // --- open all, close all
  const visible = () => rules.map((rule) => rule.element).filter((element) => !element.hidden);
  const fold = () => {
    byId("fold").textContent = visible().some((element) => !element.open) ? "Open all" : "Close all";
  };
  byId("fold").addEventListener("click", () => {
    const open = visible().some((element) => !element.open);
    for (const element of visible()) element.open = open;
    fold();
  });
  document.addEventListener("toggle", fold, true);

  // --- the matrix: one tab stop, arrow keys inside
  const rows = all("tr", grid).map((row) => all("th, td", row).map((cell) => cell.querySelector("button")));
  const stop = (button) => {
    all("[tabindex='0']", grid).forEach((other) => { other.tabIndex = -1; });
    button.tabIndex = 0;
  };
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  grid.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    let y = rows.findIndex((row) => row.includes(event.target));
    let x = rows[y]?.indexOf(event.target) ?? -1;
    if (x < 0) return;
    event.preventDefault();
    do {
      y += step[0];
      x += step[1];
    } while (rows[y] && x in rows[y] && !rows[y][x]);
    const next = rows[y]?.[x];
    if (next) {
      stop(next);
      next.focus();
    }
  });
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { op = "", group = "" } = button.dataset;
    const again = state.op === op && state.group === group;
    [state.op, state.group] = again ? ["", ""] : [op, group];
    stop(button);
    show();
    if (!again) {
      byId("rules").scrollIntoView({ block: "start" });
      // Without a mouse, move the focus too.
      if (event.detail === 0) byId("rules").focus({ preventScroll: true });
    }
  });
  stop(rows[1]?.[0] || rows[0].find(Boolean));
  for (const tick of all(".ticks [data-rule]")) tick.addEventListener("click", () => reveal(byId(tick.dataset.rule)));

  // --- copy buttons
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(button.closest(".shell").querySelector("code").textContent.trimEnd());
      button.focus();
      button.textContent = done ? "Copied" : "Copy failed";
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
  }

  byId("filters").hidden = false;
  addEventListener("hashchange", followAddress);
  show({ remember: false });
  followAddress();
})();
