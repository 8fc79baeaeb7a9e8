package main

import (
	"encoding/json"
	"slices"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	labelutil "istio.io/istio/pilot/pkg/serviceregistry/util/label"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pkg/config/mesh"
	pm "istio.io/istio/pkg/model"
)

type buildRequest struct {
	Documents []string `json:"documents"` // each in YAML
	Mesh      string   `json:"mesh"`      // fields of a MeshConfig, over Istio's defaults
	Proxies   []proxy  `json:"proxies"`
	Parts     []string `json:"parts"` // those of built that are wanted; all where it is empty
}

type proxy struct {
	Key       string            `json:"key"`
	Type      string            `json:"type"` // sidecar or router
	Namespace string            `json:"namespace"`
	Address   string            `json:"address"`
	Ipv6      string            `json:"ipv6"` // beside it, or none
	Labels    map[string]string `json:"labels"`
	Locality  string            `json:"locality"`
}

type built struct {
	Listeners []json.RawMessage `json:"listeners,omitempty"`
	Routes    []json.RawMessage `json:"routes,omitempty"`
	Clusters  []json.RawMessage `json:"clusters,omitempty"`
	Endpoints []json.RawMessage `json:"endpoints,omitempty"`
}

type builtProxies struct {
	Proxies map[string]built `json:"proxies"`
}

// build makes what istiod would send to each proxy. It panics where Istio does.
func build(asked buildRequest) builtProxies {
	settings, err := mesh.ApplyMeshConfigDefaults(asked.Mesh)
	if err != nil {
		panic(err)
	}
	settings.RootNamespace = rootNamespace
	plane := startControlPlane(settings, readAll(asked.Documents))
	defer plane.end()
	made := builtProxies{map[string]built{}}
	for _, each := range asked.Proxies {
		made.Proxies[each.Key] = plane.build(each, asked.wants)
	}
	return made
}

func (asked buildRequest) wants(part string) bool {
	return len(asked.Parts) == 0 || slices.Contains(asked.Parts, part)
}

func (asked proxy) addresses() []string {
	if asked.Ipv6 == "" {
		return []string{asked.Address}
	}
	return []string{asked.Address, asked.Ipv6}
}

func (plane *controlPlane) build(asked proxy, wants func(part string) bool) built {
	node := plane.proxy(&model.Proxy{
		Locality:        pm.ConvertLocality(asked.Locality),
		Type:            model.NodeType(asked.Type),
		ConfigNamespace: asked.Namespace,
		Labels:          labelutil.AugmentLabels(asked.Labels, "", asked.Locality, "", ""),
		IPAddresses:     asked.addresses(),
		ID:              asked.Key + "." + asked.Namespace,
		Metadata:        &model.NodeMetadata{Labels: asked.Labels, Namespace: asked.Namespace, IstioVersion: "1.31.0"},
	})
	request := &model.PushRequest{Push: plane.env.PushContext()}
	made := built{}
	if wants("listeners") || wants("routes") {
		listeners := plane.generator.BuildListeners(node, request.Push)
		if wants("listeners") {
			made.Listeners = encodeAll(listeners)
		}
		if wants("routes") {
			routes, _ := plane.generator.BuildHTTPRoutes(node, request, core.ExtractRoutesFromListeners(listeners))
			made.Routes = encodeAll(unpack[*route.RouteConfiguration](routes))
		}
	}
	if wants("clusters") {
		packed, _ := plane.generator.BuildClusters(node, request)
		clusters := unpack[*cluster.Cluster](packed)
		made.Clusters = encodeAll(clusters)
		made.Endpoints = plane.endpoints(node, clusters)
	}
	return made
}

func (plane *controlPlane) endpoints(node *model.Proxy, clusters []*cluster.Cluster) []json.RawMessage {
	assignments := []json.RawMessage{}
	for _, each := range clusters {
		if each.GetType() != cluster.Cluster_EDS {
			continue
		}
		builder := endpoints.NewEndpointBuilder(each.Name, node, plane.env.PushContext())
		if made := builder.BuildClusterLoadAssignment(plane.env.EndpointIndex); made != nil {
			assignments = append(assignments, encode(made))
		}
	}
	return assignments
}

func unpack[M proto.Message](packed []*discovery.Resource) []M {
	all := make([]M, len(packed))
	for i, each := range packed {
		message, err := each.Resource.UnmarshalNew()
		if err != nil {
			panic(err)
		}
		all[i] = message.(M)
	}
	return all
}

func encodeAll[M proto.Message](messages []M) []json.RawMessage {
	all := make([]json.RawMessage, len(messages))
	for i, message := range messages {
		all[i] = encode(message)
	}
	return all
}

func encode(message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	if err != nil {
		panic(err)
	}
	return text
}
