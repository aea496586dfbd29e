// Everything that this page asks of the server: the control API, and the Audience API itself.

const DEFAULT = "default";
const TIMEOUT = 120000;

/** What the server serves; filled by `load`. */
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

/** Go on in another session: every call names it, and so does the page's address. Fires "worldchange". */
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

/** Everything shown may be out of date: another session, another application, or a reset. */
export function worldChanged() {
  document.dispatchEvent(new CustomEvent("worldchange"));
}

/** The address of a control call that a link or an event source asks for, which cannot send headers. */
export function controlAddress(path) {
  return `/__mock__${path}?session=${encodeURIComponent(session)}`;
}

/** Ask the control API. Raises ApiError. */
export function control(method, path, body, { signal } = {}) {
  return ask(method, `/__mock__${path}`, body, { signal });
}

/** Ask the Audience API about the chosen application, as any client would. Raises ApiError. */
export async function api(method, path, { query = {}, body, signal } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  const [company, application] = served.tenant.split("/");
  const address = `${served.base}/company/${segment(company)}/application/${segment(application)}${path}${search}`;
  try {
    return await ask(method, address, body, { signal, headers: bearer ? { Authorization: `Bearer ${bearer}` } : {} });
  } catch (error) {
    if (error.status === 401) document.dispatchEvent(new CustomEvent("unauthorised"));
    throw error;
  }
}

/** Send a bearer token with every call of the Audience API, for a mock that asks for one. */
export function useBearer(token) {
  bearer = token;
  worldChanged();
}

/** An id as one segment of a path. */
export const segment = encodeURIComponent;

async function ask(method, address, body, { signal, headers = {} } = {}) {
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
    const why = response ? "sent only a part of its answer" : "did not answer";
    throw new ApiError(0, `${method} ${address}: the mock ${why}. A fault may be switched on, or it has been stopped.`);
  }
  return readAnswer(response.status, text, `${method} ${address}`);
}

function readAnswer(status, text, asked) {
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    throw new ApiError(status, `${asked}: status ${status} with a body that is not JSON: ${text.slice(0, 80)}`);
  }
  if (status >= 400) {
    throw new ApiError(status, `${status}: ${answer?.message ?? "refused without a message"}`, answer?.errors ?? []);
  }
  return answer;
}

/** Learn what is served: the base path and operations from the contract, the applications too. */
export async function load() {
  const contract = await ask("GET", "/openapi.json");
  const operations = Object.values(contract.paths).flatMap((item) => Object.values(item))
    .filter((operation) => operation?.operationId);
  served.base = contract.servers[0].url;
  served.operations = operations.map((operation) => operation.operationId).sort();
  served.statuses = [...new Set(operations.flatMap((operation) => Object.keys(operation.responses)))].sort();
  served.tenants = await tenants(contract);
  [served.tenant] = served.tenants;
}

/** The contract lists companies and applications, not which belong together; sessions that hold something say that. */
async function tenants(contract) {
  const named = (name) => Object.values(contract.components.parameters)
    .find((one) => one.name === name && one.schema.enum)?.schema.enum ?? [];
  const every = named("company_id").flatMap((company) => named("application_id").map((one) => `${company}/${one}`));
  if (every.length < 2) return every;
  const { items } = await control("GET", "/sessions");
  const known = [...new Set(items.flatMap((one) => Object.keys(one.tenants)))];
  const parts = new Set(known.flatMap((one) => one.split("/")));
  const areAll = every.every((one) => one.split("/").every((part) => parts.has(part)));
  return areAll ? known : every;
}
