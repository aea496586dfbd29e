// Calls all operations through the fetch client of orval.
import * as api from "./client/api";

const tenant = ["559", "64b000000000000000000001"] as const;
const loyaltyPoints = "64f888888888888888888888";
const user = "64f222222222222222222222";
const buyers = "64f111111111111111111111";
const file_url = "data:text/csv,user_id%0A64f222222222222222222222";

type Success = { status: 200 | 201 | 202 };

/** The body of a success; any other answer ends the driver. */
async function ok<Answer extends { status: number; data: unknown }>(call: Promise<Answer>) {
  const answer = await call;
  if (answer.status > 299) throw new Error(`${answer.status}: ${JSON.stringify(answer.data)}`);
  return answer.data as Extract<Answer, Success>["data"];
}

async function attributes() {
  const body = { name: "Shoe", slug: "shoe", description: "Size and colour of the shoe", type: "object" } as const;
  const shoe = await ok(api.createUserAttributeDefinition(...tenant, body));
  await ok(api.getUserAttributeDefinitions(...tenant, { slug: shoe.slug, page_size: 5 }));
  await ok(api.getUserAttributeDefinitionById(...tenant, shoe._id));
  await ok(api.updateUserAttributeDefinition(...tenant, shoe._id, { customer_editable: true }));

  await ok(api.updateUserAttribute(...tenant, shoe._id, user, { attribute: { value: { size: 4 } } }));
  const object = (await ok(api.getUserAttributeById(...tenant, shoe._id, user))).attribute.value;

  await ok(api.updateUserAttribute(...tenant, loyaltyPoints, user, { attribute: { value: 16777217 } }));
  const number = (await ok(api.getUserAttributeById(...tenant, loyaltyPoints, user))).attribute.value;
  const refusal = await api.updateUserAttribute(...tenant, loyaltyPoints, user, { attribute: { value: "many" } });
  const field = refusal.status === 400 ? refusal.data.errors[0]?.field : undefined;

  await ok(api.getUserAttributesForUser(...tenant, user));
  await ok(api.deleteUserAttribute(...tenant, shoe._id, user));
  const change = { key: "favourite_colour", value: "green" };
  await ok(api.bulkUpdateUserAttributes(...tenant, { file_url, attributes: [change] }));
  await ok(api.deleteUserAttributeDefinitionById(...tenant, shoe._id));
  return { object, number, field };
}

async function groups() {
  const body = { name: "Weekend buyers", description: "Order on Saturday", category: "l1", file_url } as const;
  const group = await ok(api.createUserGroup(...tenant, body));
  await ok(api.getUserGroups(...tenant, { group_uid: String(group.uid) }));
  await ok(api.getUserGroupTags(...tenant));
  await ok(api.getUserGroupCategories(...tenant, { category: "l1" }));
  await ok(api.getCategorisedUserGroups(...tenant));
  await ok(api.getUserGroupById(...tenant, group._id));
  await ok(api.updateUserGroup(...tenant, group._id, { name: "Sunday buyers" }));
  await ok(api.getUsersByByGroupId(...tenant, buyers, { direction: "next", page_size: 3 }));
  await ok(api.refreshUserGroupTotalUsers(...tenant, group._id));
  await ok(api.deleteUserGroup(...tenant, group._id));
}

async function main() {
  const read = await attributes();
  await groups();
  console.log(JSON.stringify(read));
}

void main();
