// Calls all operations through openapi-generator's Go client.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	audience "audience"
)

const (
	company       = "559"
	application   = "64b000000000000000000001"
	loyaltyPoints = "64f888888888888888888888"
	user          = "64f222222222222222222222"
	buyers        = "64f111111111111111111111"
	fileURL       = "data:text/csv,user_id%0A64f222222222222222222222"
)

type reading struct {
	Object map[string]interface{} `json:"object"`
	Number float64                `json:"number"`
	Field  string                 `json:"field"`
}

var ctx = context.Background()

// ok returns the body of a success; an error ends the driver.
func ok[Answer any](answer Answer, _ *http.Response, err error) Answer {
	if err != nil {
		var refused *audience.GenericOpenAPIError
		if errors.As(err, &refused) {
			log.Fatalf("%v: %s", err, refused.Body())
		}
		log.Fatal(err)
	}
	return answer
}

func refusedField(err error) string {
	var refused *audience.GenericOpenAPIError
	if !errors.As(err, &refused) {
		log.Fatalf("A 400 was expected, not %v", err)
	}
	body, isRefused := refused.Model().(audience.RefusedError)
	if !isRefused || len(body.Errors) == 0 {
		log.Fatalf("A RefusedError with errors was expected, not %T", refused.Model())
	}
	return body.Errors[0].Field
}

func valueOf(value audience.AttributeValue) audience.UserAttributeUpdate {
	return *audience.NewUserAttributeUpdate(*audience.NewUserAttributeValue(value))
}

func attributes(client *audience.APIClient) reading {
	api := client.UserAttributesAPI
	served, app := audience.ServedCompany(company), audience.ServedApplication(application)
	shoe := ok(api.CreateUserAttributeDefinition(ctx, served, app).CreateUserAttributeDefinition(
		*audience.NewCreateUserAttributeDefinition("Shoe", "shoe", "Size and colour of the shoe", audience.OBJECT)).Execute())
	ok(api.GetUserAttributeDefinitions(ctx, served, app).Slug(shoe.Slug).PageSize(5).Execute())
	ok(api.GetUserAttributeDefinitionById(ctx, company, application, shoe.Id).Execute())
	update := audience.NewUpdateUserAttributeDefinition()
	update.SetCustomerEditable(true)
	ok(api.UpdateUserAttributeDefinition(ctx, company, application, shoe.Id).UpdateUserAttributeDefinition(*update).Execute())

	size := map[string]interface{}{"size": 4}
	ok(api.UpdateUserAttribute(ctx, company, application, user, shoe.Id).
		UserAttributeUpdate(valueOf(audience.MapmapOfStringAnyAsAttributeValue(&size))).Execute())
	object := ok(api.GetUserAttributeById(ctx, company, application, user, shoe.Id).Execute()).Attribute.Value

	points, many := 16777217.0, "many"
	ok(api.UpdateUserAttribute(ctx, company, application, user, loyaltyPoints).
		UserAttributeUpdate(valueOf(audience.Float64AsAttributeValue(&points))).Execute())
	number := ok(api.GetUserAttributeById(ctx, company, application, user, loyaltyPoints).Execute()).Attribute.Value
	_, _, refusal := api.UpdateUserAttribute(ctx, company, application, user, loyaltyPoints).
		UserAttributeUpdate(valueOf(audience.StringAsAttributeValue(&many))).Execute()

	ok(api.GetUserAttributesForUser(ctx, company, application, user).Execute())
	ok(api.DeleteUserAttribute(ctx, served, app, user, shoe.Id).Execute())
	green := "green"
	change := audience.NewBulkUpdateAttributeItem("favourite_colour", audience.StringAsAttributeValue(&green))
	ok(api.BulkUpdateUserAttributes(ctx, served, app).BulkUpdateAttributes(
		*audience.NewBulkUpdateAttributes(fileURL, []audience.BulkUpdateAttributeItem{*change})).Execute())
	ok(api.DeleteUserAttributeDefinitionById(ctx, company, application, shoe.Id).Execute())
	return reading{*object.MapmapOfStringAny, *number.Float64, refusedField(refusal)}
}

func groups(client *audience.APIClient) {
	api := client.UserGroupsAPI
	served, app := audience.ServedCompany(company), audience.ServedApplication(application)
	group := ok(api.CreateUserGroup(ctx, served, app).CreateUserGroup(
		*audience.NewCreateUserGroup("Weekend buyers", "Order on Saturday", audience.L1, fileURL)).Execute())
	ok(api.GetUserGroups(ctx, served, app).GroupUid(fmt.Sprint(group.Uid)).Execute())
	ok(api.GetUserGroupTags(ctx, served, app).Execute())
	ok(api.GetUserGroupCategories(ctx, served, app).Category("l1").Execute())
	ok(api.GetCategorisedUserGroups(ctx, served, app).Execute())
	ok(api.GetUserGroupById(ctx, company, application, group.Id).Execute())
	update := audience.NewUpdateUserGroup()
	update.SetName("Sunday buyers")
	ok(api.UpdateUserGroup(ctx, company, application, group.Id).UpdateUserGroup(*update).Execute())
	ok(api.GetUsersByByGroupId(ctx, company, application, buyers).Direction(audience.NEXT).PageSize(3).Execute())
	ok(api.RefreshUserGroupTotalUsers(ctx, company, application, group.Id).Execute())
	ok(api.DeleteUserGroup(ctx, company, application, group.Id).Execute())
}

func main() {
	configuration := audience.NewConfiguration()
	configuration.Servers = audience.ServerConfigurations{{URL: os.Getenv("AUDIENCE_URL")}}
	client := audience.NewAPIClient(configuration)
	read := attributes(client)
	groups(client)
	if err := json.NewEncoder(os.Stdout).Encode(read); err != nil {
		log.Fatal(err)
	}
}
