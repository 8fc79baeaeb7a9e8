package main

import (
	"fmt"
	"os"

	"istio.io/istio/manifests"
	crdvalidation "istio.io/istio/pkg/config/crd"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const crdFile = "charts/base/files/crd-all.gen.yaml"

type validation struct {
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
}

// validator judges as a cluster with Istio would: the schemas and CEL rules of the CRDs, then Istio's webhook.
type validator struct {
	schemas *crdvalidation.Validator
}

func newValidator() (*validator, error) {
	text, err := manifests.FS.ReadFile(crdFile)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "crds-*.yaml")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(text); err != nil {
		return nil, err
	}
	schemas, err := crdvalidation.NewValidatorFromFiles(file.Name())
	return &validator{schemas}, err
}

func (v *validator) validate(text string) validation {
	found := validation{Errors: []string{}, Warnings: []string{}}
	document, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		found.Errors = append(found.Errors, err.Error())
		return found
	}
	found.add(func() error { return v.schema(document) })
	found.add(func() error { return found.webhook(document) })
	return found
}

// add runs one judgement; that it panics is a refusal.
func (found *validation) add(judge func() error) {
	defer func() {
		if reason := recover(); reason != nil {
			found.Errors = append(found.Errors, fmt.Sprintf("panic: %v", reason))
		}
	}()
	if err := judge(); err != nil {
		found.Errors = append(found.Errors, err.Error())
	}
}

func (v *validator) schema(document []byte) error {
	var object unstructured.Unstructured
	if err := object.UnmarshalJSON(document); err != nil {
		return err
	}
	return v.schemas.ValidateCustomResource(&object)
}

func (found *validation) webhook(document []byte) error {
	parsed, schema, err := read(document)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	warning, err := schema.ValidateConfig(parsed)
	if err != nil {
		return fmt.Errorf("parse: configuration is invalid: %w", err)
	}
	if warning != nil {
		found.Warnings = append(found.Warnings, warning.Error())
	}
	return nil
}
