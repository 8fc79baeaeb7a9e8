package main

import (
	"fmt"
	"os"

	"istio.io/istio/manifests"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	crdvalidation "istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/schema/collections"
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
	found.add(func() error { return v.schemas.ValidateCustomResourceYAML(text, nil) })
	found.add(func() error { return found.webhook(text) })
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

func (found *validation) webhook(text string) error {
	parsed, _, err := crd.ParseInputs(text)
	if err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	if len(parsed) != 1 {
		return fmt.Errorf("parse: %d documents, want one", len(parsed))
	}
	kind := parsed[0].GroupVersionKind
	for _, schema := range collections.Pilot.All() {
		if schema.Kind() != kind.Kind || schema.Group() != kind.Group {
			continue
		}
		warning, err := schema.ValidateConfig(parsed[0])
		if warning != nil {
			found.Warnings = append(found.Warnings, warning.Error())
		}
		return err
	}
	return fmt.Errorf("no kind %s in %s", kind.Kind, kind.Group)
}
