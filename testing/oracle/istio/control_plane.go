package main

import (
	"fmt"
	"sync"
	"time"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/aggregate"
	"istio.io/istio/pilot/pkg/config/kube/extensions"
	"istio.io/istio/pilot/pkg/config/memory"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	registries "istio.io/istio/pilot/pkg/serviceregistry/aggregate"
	"istio.io/istio/pilot/pkg/serviceregistry/serviceentry"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/gvk"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/multicluster"
)

const (
	rootNamespace = "istio-system"
	syncMax       = 20 * time.Second
	syncPoll      = 500 * time.Microsecond
)

// controlPlane is what istiod makes of one configuration, joined as its own tests join it, but for what no question needs.
type controlPlane struct {
	env       *model.Environment
	generator *core.ConfigGeneratorImpl
	stop      chan struct{}
}

// kubernetes is the cluster that there is none of: it is empty, and the same for every question, for it costs more to make than all
// the rest.
var kubernetes = sync.OnceValue(func() *multicluster.Controller {
	client := kube.NewFakeClient()
	controller := multicluster.NewController(multicluster.ControllerOptions{
		Client:          client,
		SystemNamespace: rootNamespace,
		MeshConfig:      meshwatcher.NewTestWatcher(nil),
	})
	never := make(chan struct{})
	if err := controller.Run(never); err != nil {
		panic(err)
	}
	client.RunAndWait(never)
	return controller
})

// startControlPlane returns once all of the configuration is in the push context. Whoever has it ends it.
func startControlPlane(settings *meshconfig.MeshConfig, configs []config.Config) *controlPlane {
	made := &controlPlane{
		env: model.NewEnvironment(), generator: core.NewConfigGenerator(&model.DisabledCache{}), stop: make(chan struct{}),
	}
	defer func() {
		if reason := recover(); reason != nil {
			made.end()
			panic(reason)
		}
	}()
	made.start(settings, configs)
	return made
}

func (made *controlPlane) start(settings *meshconfig.MeshConfig, configs []config.Config) {
	env := made.env
	updater := model.NewEndpointIndexUpdater(env.EndpointIndex)
	env.Watcher = meshwatcher.NewTestWatcher(settings)
	env.NetworksWatcher = meshwatcher.NewFixedNetworksWatcher(nil)
	store := storeOf(configs)
	rules := model.NewVirtualServiceController(store, model.VSControllerOptions{XDSUpdater: updater}, env.Watcher)
	entries := serviceentry.NewController(store, updater, kubernetes(), env.Watcher)
	registry := registries.NewController(registries.Options{})
	registry.AddRegistry(entries)
	env.ConfigStore, env.VirtualServiceController, env.ServiceDiscovery = store, rules, registry
	env.Init()
	for _, each := range configs {
		if _, err := store.Create(each); err != nil {
			panic(fmt.Errorf("%s %s/%s: %w", each.GroupVersionKind.Kind, each.Namespace, each.Name, err))
		}
	}
	for _, run := range []func(<-chan struct{}){store.Run, registry.Run, rules.Run} {
		go run(made.stop)
	}
	await(func() bool { return store.HasSynced() && registry.HasSynced() && rules.HasSynced() })
	awaitExtensions(store, configs)
	entries.ResyncEDS()
	if err := env.InitNetworksManager(updater); err != nil {
		panic(err)
	}
	env.PushContext().InitContext(env, nil, nil)
}

func (made *controlPlane) end() {
	close(made.stop)
}

// storeOf has WasmPlugins translated where there are any, as istiod does: the generator itself knows nothing of them.
func storeOf(configs []config.Config) model.ConfigStoreController {
	store := memory.NewController(memory.MakeSkipValidation(collections.PilotGatewayAPI()))
	if countOf(configs, gvk.WasmPlugin) == 0 {
		return store
	}
	both := []model.ConfigStoreController{store, extensions.NewController(store, nil, nil)}
	joined, err := aggregate.MakeWriteableCache(both, store)
	if err != nil {
		panic(err)
	}
	return joined
}

// awaitExtensions waits for the WasmPlugins, which are translated beside the rest.
func awaitExtensions(store model.ConfigStore, configs []config.Config) {
	plugins := countOf(configs, gvk.WasmPlugin)
	if plugins == 0 {
		return
	}
	all := plugins + countOf(configs, gvk.TrafficExtension)
	await(func() bool { return len(store.List(gvk.TrafficExtension, model.NamespaceAll)) == all })
}

func countOf(configs []config.Config, kind config.GroupVersionKind) int {
	count := 0
	for _, each := range configs {
		if each.GroupVersionKind == kind {
			count++
		}
	}
	return count
}

func await(isSo func() bool) {
	for until := time.Now().Add(syncMax); !isSo(); time.Sleep(syncPoll) {
		if time.Now().After(until) {
			panic("Istio's stores do not come to rest")
		}
	}
}

// proxy is what istiod knows of one that has connected.
func (made *controlPlane) proxy(node *model.Proxy) *model.Proxy {
	push := made.env.PushContext()
	node.IstioVersion = model.ParseIstioVersion(node.Metadata.IstioVersion)
	node.DNSDomain = node.ConfigNamespace + ".svc.cluster.local"
	node.SetSidecarScope(push)
	node.SetServiceTargets(made.env.ServiceDiscovery)
	node.SetGatewaysForProxy(push)
	node.DiscoverIPMode()
	return node
}
