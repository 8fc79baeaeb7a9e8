package main

import (
	"encoding/json"
	"slices"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/config/kube/extensions"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	labelutil "istio.io/istio/pilot/pkg/serviceregistry/util/label"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/schema/gvk"
	pm "istio.io/istio/pkg/model"
	"istio.io/istio/pkg/test/util/retry"
)

type buildRequest struct {
	Resources string   `json:"resources"`
	Mesh      string   `json:"mesh"` // fields of a MeshConfig, over Istio's defaults
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
	settings.RootNamespace = "istio-system"
	configs, _, err := crd.ParseInputs(asked.Resources)
	if err != nil {
		panic(err)
	}
	for i := range configs {
		configs[i].Domain = "cluster.local"
	}
	run := &testRun{}
	defer run.end()
	generator := core.NewConfigGenTest(run, core.TestOptions{
		Configs: configs, MeshConfig: settings,
		// As istiod has it: the generator itself knows nothing of WasmPlugins.
		CreateConfigStore: func(store model.ConfigStoreController) model.ConfigStoreController {
			return extensions.NewController(store, nil, nil)
		},
	})
	awaitExtensions(run, generator, configs)
	made := builtProxies{map[string]built{}}
	for _, each := range asked.Proxies {
		made.Proxies[each.Key] = buildProxy(generator, each, asked.wants)
	}
	return made
}

// awaitExtensions has the generator begin again once its WasmPlugins, which are translated beside it, are all there.
func awaitExtensions(run *testRun, generator *core.ConfigGenTest, configs []config.Config) {
	count := 0
	isTranslated := false
	for _, each := range configs {
		switch each.GroupVersionKind.Kind {
		case gvk.WasmPlugin.Kind:
			isTranslated = true
			count++
		case gvk.TrafficExtension.Kind:
			count++
		}
	}
	if !isTranslated {
		return
	}
	retry.UntilOrFail(run, func() bool {
		return len(generator.Store().List(gvk.TrafficExtension, model.NamespaceAll)) == count
	}, retry.Delay(time.Millisecond))
	again := model.NewPushContext()
	again.InitContext(generator.Env(), nil, nil)
	generator.Env().SetPushContext(again)
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

func buildProxy(generator *core.ConfigGenTest, asked proxy, wants func(part string) bool) built {
	node := generator.SetupProxy(&model.Proxy{
		Locality:        pm.ConvertLocality(asked.Locality),
		Type:            model.NodeType(asked.Type),
		ConfigNamespace: asked.Namespace,
		Labels:          labelutil.AugmentLabels(asked.Labels, "", asked.Locality, "", ""),
		IPAddresses:     asked.addresses(),
		ID:              asked.Key + "." + asked.Namespace,
		Metadata:        &model.NodeMetadata{Labels: asked.Labels, Namespace: asked.Namespace, IstioVersion: "1.31.0"},
	})
	made := built{}
	if wants("listeners") || wants("routes") {
		listeners := generator.Listeners(node)
		if wants("listeners") {
			made.Listeners = encodeAll(listeners)
		}
		if wants("routes") {
			made.Routes = encodeAll(generator.RoutesFromListeners(node, listeners))
		}
	}
	if wants("clusters") {
		clusters := generator.Clusters(node)
		made.Clusters = encodeAll(clusters)
		made.Endpoints = endpointsOf(generator, node, clusters)
	}
	return made
}

func endpointsOf(generator *core.ConfigGenTest, node *model.Proxy, clusters []*cluster.Cluster) []json.RawMessage {
	assignments := []json.RawMessage{}
	for _, each := range clusters {
		if each.GetType() != cluster.Cluster_EDS {
			continue
		}
		builder := endpoints.NewEndpointBuilder(each.Name, node, generator.PushContext())
		if made := builder.BuildClusterLoadAssignment(generator.Env().EndpointIndex); made != nil {
			assignments = append(assignments, encode(made))
		}
	}
	return assignments
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
