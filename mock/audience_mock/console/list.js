// A paged list: it requests twenty rows at a time, whatever the size of the data.

import { button, count, h, say, table } from "./dom.js";

export const PAGE = 20;

/**
 * A paged list in `root`.
 * `load(place, signal)` returns {items, next, previous, total, first}; next and previous are the places of those pages,
 * or null. Returns {open(place), reload()}; a call cancels an earlier one without a response.
 */
export function pagedList(root, { caption, columns, load, empty }) {
  const trouble = h("p", { class: "trouble", hidden: true });
  const body = h("div");
  const where = h("span", { class: "quiet" });
  const previous = button("Previous", () => open(around.previous), { about: `page of ${caption}` });
  const next = button("Next", () => open(around.next), { about: `page of ${caption}` });
  root.replaceChildren(trouble, body, h("p", { class: "buttons pager" }, previous, next, where));
  let place = null;
  let around = {};
  let loading = new AbortController();

  async function open(to = null) {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    body.setAttribute("aria-busy", "true");
    try {
      const page = await load(to, signal);
      if (signal.aborted) return;
      place = to;
      around = page;
      show(page);
      say(trouble, "");
    } catch (error) {
      if (!signal.aborted) say(trouble, error.message);
    } finally {
      if (!signal.aborted) body.removeAttribute("aria-busy");
    }
  }

  function show({ items, total, first, ...page }) {
    body.replaceChildren(items.length ? table(caption, columns, items) : h("p", { class: "quiet" }, empty));
    previous.disabled = page.previous === null;
    next.disabled = page.next === null;
    where.textContent = position(items.length, total, first);
    root.querySelector(".pager").hidden = previous.disabled && next.disabled;
  }

  return { open, reload: () => open(place) };
}

function position(shown, total, first) {
  if (!shown) return "";
  if (total === undefined || total === shown) return count(shown, "row");
  return `${first.toLocaleString("en")} to ${(first + shown - 1).toLocaleString("en")} of ${total.toLocaleString("en")}`;
}

/** The result of `load` for a response with numbered pages. */
export function numbered({ items, page }) {
  return {
    items,
    total: page.item_total,
    first: (page.current - 1) * page.size + 1,
    next: page.has_next ? page.current + 1 : null,
    previous: page.has_previous ? page.current - 1 : null,
  };
}

/** The result of `load` for one page of a complete list. */
export function sliced(items, place) {
  const last = Math.max(1, Math.ceil(items.length / PAGE));
  const current = Math.min(place ?? 1, last);
  return numbered({
    items: items.slice((current - 1) * PAGE, current * PAGE),
    page: { current, size: PAGE, item_total: items.length, has_next: current < last, has_previous: current > 1 },
  });
}
