// Calls all operations through openapi-generator's typescript-fetch client.
import { Configuration, RefusedErrorFromJSON, ResponseError, UserAttributesApi, UserGroupsApi } from "./client";

const configuration = new Configuration({ basePath: process.env.AUDIENCE_URL ?? "" });
const tenant = { companyId: "559", applicationId: "64b000000000000000000001" } as const;
const loyaltyPoints = "64f888888888888888888888";
const userId = "64f222222222222222222222";
const buyers = "64f111111111111111111111";
const fileUrl = "data:text/csv,user_id%0A64f222222222222222222222";

async function refusedField(call: Promise<unknown>): Promise<string | undefined> {
  const refusal = await call.then(() => undefined, (error: unknown) => error);
  if (!(refusal instanceof ResponseError) || refusal.response.status !== 400) throw new Error("A 400 was expected");
  return RefusedErrorFromJSON(await refusal.response.json()).errors[0]?.field;
}

async function attributes() {
  const api = new UserAttributesApi(configuration);
  const createUserAttributeDefinition = {
    name: "Shoe", slug: "shoe", description: "Size and colour of the shoe", type: "object",
  } as const;
  const shoe = await api.createUserAttributeDefinition({ ...tenant, createUserAttributeDefinition });
  const ofShoe = { ...tenant, definitionId: shoe.id };
  await api.getUserAttributeDefinitions({ ...tenant, slug: shoe.slug, pageSize: 5 });
  await api.getUserAttributeDefinitionById(ofShoe);
  await api.updateUserAttributeDefinition({ ...ofShoe, updateUserAttributeDefinition: { customerEditable: true } });

  const shoeOfUser = { ...ofShoe, userId };
  await api.updateUserAttribute({ ...shoeOfUser, userAttributeUpdate: { attribute: { value: { size: 4 } } } });
  const object: unknown = (await api.getUserAttributeById(shoeOfUser)).attribute.value;

  const pointsOfUser = { ...tenant, definitionId: loyaltyPoints, userId };
  await api.updateUserAttribute({ ...pointsOfUser, userAttributeUpdate: { attribute: { value: 16777217 } } });
  const number: unknown = (await api.getUserAttributeById(pointsOfUser)).attribute.value;
  const userAttributeUpdate = { attribute: { value: "many" } };
  const field = await refusedField(api.updateUserAttribute({ ...pointsOfUser, userAttributeUpdate }));

  await api.getUserAttributesForUser({ ...tenant, userId });
  await api.deleteUserAttribute(shoeOfUser);
  const change = { key: "favourite_colour", value: "green" };
  await api.bulkUpdateUserAttributes({ ...tenant, bulkUpdateAttributes: { fileUrl, attributes: [change] } });
  await api.deleteUserAttributeDefinitionById(ofShoe);
  return { object, number, field };
}

async function groups() {
  const api = new UserGroupsApi(configuration);
  const createUserGroup = {
    name: "Weekend buyers", description: "Order on Saturday", category: "l1", fileUrl,
  } as const;
  const group = await api.createUserGroup({ ...tenant, createUserGroup });
  const ofGroup = { ...tenant, groupId: group.id };
  await api.getUserGroups({ ...tenant, groupUid: String(group.uid) });
  await api.getUserGroupTags(tenant);
  await api.getUserGroupCategories({ ...tenant, category: "l1" });
  await api.getCategorisedUserGroups(tenant);
  await api.getUserGroupById(ofGroup);
  await api.updateUserGroup({ ...ofGroup, updateUserGroup: { name: "Sunday buyers" } });
  await api.getUsersByByGroupId({ ...tenant, groupId: buyers, direction: "next", pageSize: 3 });
  await api.refreshUserGroupTotalUsers(ofGroup);
  await api.deleteUserGroup(ofGroup);
}

async function main() {
  const read = await attributes();
  await groups();
  console.log(JSON.stringify(read));
}

void main();
