// One entry of the journal: request and response side by side, the reasons of a refusal, and a curl command.

import { served } from "./api.js";
import { attempt, badge, button, h, milliseconds, pretty } from "./dom.js";

const LEFT_OUT = new Set(["host", "content-length", "connection", "accept-encoding", "user-agent", "accept-language",
  "referer", "origin", "cookie", "cache-control", "pragma", "x-mock-console"]);

/** Put an entry into `root`. */
export function showEntry(root, entry) {
  const { request, response } = entry;
  const lines = reasons(entry);
  root.replaceChildren(
    h("h3", { tabindex: "-1" }, `${entry.method} ${entry.operation ?? entry.path}`),
    h("p", {}, badge(response.status ?? "no response"), ` in ${milliseconds(entry.duration)}, ${entry.time}, session ${entry.session}`),
    ...(lines.length ? [h("ul", { class: "why" }, lines.map((line) => h("li", {}, line)))] : []),
    h("p", { class: "buttons" }, button("Copy as curl", () => copy(curl(entry)))),
    h("div", { class: "sides" },
      side("Request", address(entry), request),
      side("Response", `status ${response.status ?? "none"}`, response)),
  );
}

/** Why a request was refused, and which faults applied; one text each. */
export function reasons({ outcome, why, applied }) {
  const faults = (applied ?? []).map((one) => `Fault applied: ${one}`);
  if (outcome === "forced") return faults;
  const messages = typeof why === "string" ? [why]
    : (why ?? []).map(({ field, message }) => (message.startsWith(field) ? message : `${field}: ${message}`));
  return [...new Set(messages), ...faults];
}

function side(title, first, { headers = {}, body, size }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  return h("div", {},
    h("h4", {}, title),
    h("pre", { tabindex: "0", role: "region", "aria-label": `${title}: line and headers` }, `${first}\n${lines}`),
    body === null || body === undefined
      ? h("p", { class: "quiet" }, "No body.")
      : h("pre", { tabindex: "0", role: "region", "aria-label": `${title}: body` }, pretty(body)),
    h("p", { class: "quiet" }, `${(size ?? 0).toLocaleString("en")} bytes`));
}

/** Path and query of an entry, as sent. */
export function address({ path, query }) {
  if (!query || !Object.keys(query).length) return path;
  const pairs = typeof query === "string" ? query.replace(/^\?/, "") : new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
  return `${path}?${pairs}`;
}

/** Path and query of an entry, to be read: nothing is percent-encoded. */
export function target({ path, query }) {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => [value].flat().map((one) => `${name}=${one}`));
  return pairs.length ? `${path}?${pairs.join("&")}` : path;
}

/** The target of an entry in two parts: what requests of the chosen application have in common, abbreviated, and the rest. */
export function place(entry) {
  const text = target(entry);
  const tenant = entry.tenant ?? served.tenant;
  const [company, application] = tenant.split("/");
  const base = `${served.base}/company/${company}/application/${application}`;
  if (!text.startsWith(`${base}/`)) return { before: "", path: text };
  return { before: tenant === served.tenant ? "…" : tenant, path: text.slice(base.length) };
}

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

/** The request as a shell command. */
export function curl(entry) {
  const { headers = {}, body } = entry.request;
  const parts = ["curl", "-X", entry.method, quoted(location.origin + address(entry))];
  for (const [name, value] of Object.entries(headers)) {
    if (!LEFT_OUT.has(name.toLowerCase()) && !name.toLowerCase().startsWith("sec-")) {
      parts.push("-H", quoted(`${name}: ${value}`));
    }
  }
  if (body !== null && body !== undefined) {
    parts.push("--data-raw", quoted(typeof body === "string" ? body : JSON.stringify(body)));
  }
  return parts.join(" ");
}

async function copy(text) {
  await attempt(() => navigator.clipboard.writeText(text), "Copied the curl command.");
}
