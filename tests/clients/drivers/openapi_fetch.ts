// Calls all operations through openapi-fetch and the types of openapi-typescript.
import createClient from "openapi-fetch";
import type { paths } from "./client/schema";

const client = createClient<paths>({ baseUrl: process.env.AUDIENCE_URL ?? "" });
const tenant = { company_id: "559", application_id: "64b000000000000000000001" } as const;
const loyaltyPoints = "64f888888888888888888888";
const user_id = "64f222222222222222222222";
const buyers = "64f111111111111111111111";
const file_url = "data:text/csv,user_id%0A64f222222222222222222222";

const A = "/company/{company_id}/application/{application_id}/user_attribute";
const G = "/company/{company_id}/application/{application_id}/user_group";

/** The body of a success; any other answer ends the driver. */
async function ok<Answer>(call: Promise<{ data?: Answer; error?: unknown; response: Response }>): Promise<Answer> {
  const { data, error, response } = await call;
  if (data === undefined) throw new Error(`${response.status} from ${response.url}: ${JSON.stringify(error)}`);
  return data;
}

async function attributes() {
  const body = { name: "Shoe", slug: "shoe", description: "Size and colour of the shoe", type: "object" } as const;
  const shoe = await ok(client.POST(`${A}/definition`, { params: { path: tenant }, body }));
  const ofShoe = { ...tenant, definition_id: shoe._id };
  await ok(client.GET(`${A}/definition`, { params: { path: tenant, query: { slug: shoe.slug, page_size: 5 } } }));
  await ok(client.GET(`${A}/definition/{definition_id}`, { params: { path: ofShoe } }));
  await ok(client.PUT(`${A}/definition/{definition_id}`, { params: { path: ofShoe }, body: { customer_editable: true } }));

  const value = `${A}/definition/{definition_id}/user/{user_id}` as const;
  const shoeOfUser = { params: { path: { ...ofShoe, user_id } } };
  await ok(client.PUT(value, { ...shoeOfUser, body: { attribute: { value: { size: 4 } } } }));
  const object = (await ok(client.GET(value, shoeOfUser))).attribute.value;

  const pointsOfUser = { params: { path: { ...tenant, definition_id: loyaltyPoints, user_id } } };
  await ok(client.PUT(value, { ...pointsOfUser, body: { attribute: { value: 16777217 } } }));
  const number = (await ok(client.GET(value, pointsOfUser))).attribute.value;
  const refusal = await client.PUT(value, { ...pointsOfUser, body: { attribute: { value: "many" } } });
  const field = refusal.error !== undefined && "errors" in refusal.error ? refusal.error.errors?.[0]?.field : undefined;

  await ok(client.GET(`${A}/user/{user_id}`, { params: { path: { ...tenant, user_id } } }));
  await ok(client.DELETE(value, shoeOfUser));
  const change = { key: "favourite_colour", value: "green" };
  await ok(client.PATCH(`${A}/bulk_update`, { params: { path: tenant }, body: { file_url, attributes: [change] } }));
  await ok(client.DELETE(`${A}/definition/{definition_id}`, { params: { path: ofShoe } }));
  return { object, number, field };
}

async function groups() {
  const params = { path: tenant };
  const body = { name: "Weekend buyers", description: "Order on Saturday", category: "l1", file_url } as const;
  const group = await ok(client.POST(G, { params, body }));
  const ofGroup = { params: { path: { ...tenant, group_id: group._id } } };
  await ok(client.GET(G, { params: { ...params, query: { group_uid: String(group.uid) } } }));
  await ok(client.GET(`${G}/tags`, { params }));
  await ok(client.GET(`${G}/categories`, { params: { ...params, query: { category: "l1" } } }));
  await ok(client.GET(`${G}/categorised`, { params }));
  await ok(client.GET(`${G}/{group_id}`, ofGroup));
  await ok(client.PATCH(`${G}/{group_id}`, { ...ofGroup, body: { name: "Sunday buyers" } }));
  const query = { direction: "next", page_size: 3 } as const;
  await ok(client.GET(`${G}/{group_id}/users`, { params: { path: { ...tenant, group_id: buyers }, query } }));
  await ok(client.POST(`${G}/{group_id}/refresh`, ofGroup));
  await ok(client.DELETE(`${G}/{group_id}`, ofGroup));
}

async function main() {
  const read = await attributes();
  await groups();
  console.log(JSON.stringify(read));
}

void main();
