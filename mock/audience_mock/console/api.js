// All requests of this page: to the control API, and to the Audience API itself.

const DEFAULT = "default";
const TIMEOUT = 120000;

/** The served operations and applications; filled by `load`. */
export const served = { base: "", operations: [], statuses: [], tenants: [], tenant: "" };

let session = new URLSearchParams(location.search).get("session") || DEFAULT;
let bearer = "";

export class ApiError extends Error {
  constructor(status, message, errors = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export const currentSession = () => session;

/** Switch to another session, in every request and in the page's address. Fires "worldchange". */
export function useSession(name) {
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(name)) {
    throw new Error(`The session's name ${JSON.stringify(name)} cannot be sent in a header; use letters, digits, dashes.`);
  }
  session = name;
  const address = new URL(location.href);
  if (name === DEFAULT) address.searchParams.delete("session");
  else address.searchParams.set("session", name);
  history.replaceState(null, "", address);
  worldChanged();
}

/** Everything shown may be out of date: after a change of session or application, or a reset. */
export function worldChanged() {
  document.dispatchEvent(new CustomEvent("worldchange"));
}

/** The address of a control request for a link or an event source, which cannot send headers. */
export function controlAddress(path) {
  return `/__mock__${path}?session=${encodeURIComponent(session)}`;
}

/** Send a request to the control API. Raises ApiError. */
export function control(method, path, body, { signal } = {}) {
  return request(method, `/__mock__${path}`, body, { signal });
}

/** Send a request about the chosen application to the Audience API. Raises ApiError. */
export async function api(method, path, { query = {}, body, signal } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  const [company, application] = served.tenant.split("/");
  const address = `${served.base}/company/${segment(company)}/application/${segment(application)}${path}${search}`;
  try {
    return await request(method, address, body, { signal, headers: bearer ? { Authorization: `Bearer ${bearer}` } : {} });
  } catch (error) {
    if (error.status === 401) document.dispatchEvent(new CustomEvent("unauthorised"));
    throw error;
  }
}

/** Send a bearer token with every request to the Audience API. */
export function useBearer(token) {
  bearer = token;
  worldChanged();
}

/** An id as one segment of a path. */
export const segment = encodeURIComponent;

async function request(method, address, body, { signal, headers = {} } = {}) {
  const sent = { Accept: "application/json", "X-Mock-Session": session, "X-Mock-Console": "true", ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const limits = [AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])];
  let response, text;
  try {
    response = await fetch(address, {
      method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.any(limits),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    const why = response ? "sent only a part of its response" : "did not respond";
    throw new ApiError(0, `${method} ${address}: the mock ${why}. A fault rule may be active, or the mock has stopped.`);
  }
  return parseResponse(response.status, text, `${method} ${address}`);
}

function parseResponse(status, text, call) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    throw new ApiError(status, `${call}: status ${status} with a body that is not JSON: ${text.slice(0, 80)}`);
  }
  if (status >= 400) {
    throw new ApiError(status, `${status}: ${body?.message ?? "no error message"}`, body?.errors ?? []);
  }
  return body;
}

/** Read the base path, the operations and the applications from the contract. */
export async function load() {
  const contract = await request("GET", "/openapi.json");
  const operations = Object.values(contract.paths).flatMap((item) => Object.values(item))
    .filter((operation) => operation?.operationId);
  served.base = contract.servers[0].url;
  served.operations = operations.map((operation) => operation.operationId).sort();
  served.statuses = [...new Set(operations.flatMap((operation) => Object.keys(operation.responses)))].sort();
  served.tenants = await tenants(contract);
  [served.tenant] = served.tenants;
}

/** The contract lists companies and applications, but not their pairs; the sessions with data show the pairs. */
async function tenants(contract) {
  const named = (name) => Object.values(contract.components.parameters)
    .filter((one) => one.name === name).map((one) => target(contract, one.schema).enum).find(Boolean) ?? [];
  const every = named("company_id").flatMap((company) => named("application_id").map((one) => `${company}/${one}`));
  if (every.length < 2) return every;
  const { items } = await control("GET", "/sessions");
  const known = [...new Set(items.flatMap((one) => Object.keys(one.tenants)))];
  const parts = new Set(known.flatMap((one) => one.split("/")));
  const areAll = every.every((one) => one.split("/").every((part) => parts.has(part)));
  return areAll ? known : every;
}

/** A schema, or the one that its $ref names. */
function target(contract, schema) {
  return schema.$ref ? schema.$ref.split("/").slice(1).reduce((node, key) => node[key], contract) : schema;
}
