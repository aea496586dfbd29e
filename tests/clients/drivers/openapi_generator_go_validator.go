// Package validator stands in for gopkg.in/validator.v2, which openapi-generator's Go client imports to check the
// members of a oneOf. Debian's package is from 2016 and refuses everything but structs, and Go's module proxy is
// not reached everywhere. Like version 2.0.1, it has no complaint about values without struct fields.
package validator

import (
	"fmt"
	"reflect"
)

// Validate returns an error for a struct, whose tags it cannot check: then the contract needs the real module.
func Validate(value interface{}) error {
	kind := reflect.TypeOf(value)
	for kind.Kind() == reflect.Ptr || kind.Kind() == reflect.Slice || kind.Kind() == reflect.Map {
		kind = kind.Elem()
	}
	if kind.Kind() == reflect.Struct {
		return fmt.Errorf("the stand-in for gopkg.in/validator.v2 cannot check %v", kind)
	}
	return nil
}
