package main

import (
	"encoding/json"
	"fmt"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	"sigs.k8s.io/yaml"
)

// read is what istiod reads of a document in JSON. Nothing of it is judged.
func read(document []byte) (config.Config, resource.Schema, error) {
	var object crd.IstioKind
	if err := json.Unmarshal(document, &object); err != nil {
		return config.Config{}, nil, fmt.Errorf("cannot parse proto message: %w", err)
	}
	kind := object.GroupVersionKind()
	schema, isKnown := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&kind))
	if !isKnown {
		return config.Config{}, nil, fmt.Errorf("no kind %s", kind)
	}
	found, err := crd.ConvertObject(schema, &object, "")
	if err != nil {
		return config.Config{}, nil, fmt.Errorf("cannot parse proto message for %s: %w", object.Name, err)
	}
	return *found, schema, nil
}

// readAll reads documents in YAML that were judged before. It panics where one cannot be read.
func readAll(documents []string) []config.Config {
	all := make([]config.Config, len(documents))
	for i, each := range documents {
		text, err := yaml.YAMLToJSON([]byte(each))
		if err != nil {
			panic(err)
		}
		if all[i], _, err = read(text); err != nil {
			panic(err)
		}
		all[i].Domain = "cluster.local"
	}
	return all
}
