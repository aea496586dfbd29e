// Calls all operations through the client of @hey-api/openapi-ts.
import * as api from "./client";
import { client } from "./client/client.gen";

client.setConfig({ baseUrl: process.env.AUDIENCE_URL ?? "" });
const path = { company_id: "559", application_id: "64b000000000000000000001" } as const;
const loyaltyPoints = "64f888888888888888888888";
const user_id = "64f222222222222222222222";
const buyers = "64f111111111111111111111";
const file_url = "data:text/csv,user_id%0A64f222222222222222222222";

const must = { throwOnError: true } as const;

async function attributes() {
  const body = { name: "Shoe", slug: "shoe", description: "Size and colour of the shoe", type: "object" } as const;
  const shoe = (await api.createUserAttributeDefinition({ path, body, ...must })).data;
  const ofShoe = { path: { ...path, definition_id: shoe._id }, ...must };
  await api.getUserAttributeDefinitions({ path, query: { slug: shoe.slug, page_size: 5 }, ...must });
  await api.getUserAttributeDefinitionById(ofShoe);
  await api.updateUserAttributeDefinition({ ...ofShoe, body: { customer_editable: true } });

  const shoeOfUser = { path: { ...ofShoe.path, user_id }, ...must };
  await api.updateUserAttribute({ ...shoeOfUser, body: { attribute: { value: { size: 4 } } } });
  const object = (await api.getUserAttributeById(shoeOfUser)).data.attribute.value;

  const pointsOfUser = { path: { ...path, definition_id: loyaltyPoints, user_id } };
  await api.updateUserAttribute({ ...pointsOfUser, body: { attribute: { value: 16777217 } }, ...must });
  const number = (await api.getUserAttributeById({ ...pointsOfUser, ...must })).data.attribute.value;
  const refusal = await api.updateUserAttribute({ ...pointsOfUser, body: { attribute: { value: "many" } } });
  const field = refusal.error !== undefined && "errors" in refusal.error ? refusal.error.errors?.[0]?.field : undefined;

  await api.getUserAttributesForUser({ path: { ...path, user_id }, ...must });
  await api.deleteUserAttribute(shoeOfUser);
  const change = { key: "favourite_colour", value: "green" };
  await api.bulkUpdateUserAttributes({ path, body: { file_url, attributes: [change] }, ...must });
  await api.deleteUserAttributeDefinitionById(ofShoe);
  return { object, number, field };
}

async function groups() {
  const body = { name: "Weekend buyers", description: "Order on Saturday", category: "l1", file_url } as const;
  const group = (await api.createUserGroup({ path, body, ...must })).data;
  const ofGroup = { path: { ...path, group_id: group._id }, ...must };
  await api.getUserGroups({ path, query: { group_uid: String(group.uid) }, ...must });
  await api.getUserGroupTags({ path, ...must });
  await api.getUserGroupCategories({ path, query: { category: "l1" }, ...must });
  await api.getCategorisedUserGroups({ path, ...must });
  await api.getUserGroupById(ofGroup);
  await api.updateUserGroup({ ...ofGroup, body: { name: "Sunday buyers" } });
  const query = { direction: "next", page_size: 3 } as const;
  await api.getUsersByByGroupId({ path: { ...path, group_id: buyers }, query, ...must });
  await api.refreshUserGroupTotalUsers(ofGroup);
  await api.deleteUserGroup(ofGroup);
}

async function main() {
  const read = await attributes();
  await groups();
  console.log(JSON.stringify(read));
}

void main();
