import { fieldLines } from "#core/kinds/field-lines.ts";

/**
 * Every field of the spec of kinds that are not read, as references write them: for `docs/reference/fields.md`. Those of what
 * holds others are not listed.
 */
export const UNHANDLED_FIELDS = {
  EnvoyFilter: fieldLines(`
    configPatches[].applyTo
    configPatches[].match.cluster.name
    configPatches[].match.cluster.portNumber
    configPatches[].match.cluster.service
    configPatches[].match.cluster.subset
    configPatches[].match.context
    configPatches[].match.listener.filterChain.applicationProtocols
    configPatches[].match.listener.filterChain.destinationPort
    configPatches[].match.listener.filterChain.filter.name
    configPatches[].match.listener.filterChain.filter.subFilter.name
    configPatches[].match.listener.filterChain.name
    configPatches[].match.listener.filterChain.sni
    configPatches[].match.listener.filterChain.transportProtocol
    configPatches[].match.listener.filterChain.transportSocket
    configPatches[].match.listener.listenerFilter
    configPatches[].match.listener.name
    configPatches[].match.listener.portName
    configPatches[].match.listener.portNumber
    configPatches[].match.proxy.metadata
    configPatches[].match.proxy.proxyVersion
    configPatches[].match.routeConfiguration.gateway
    configPatches[].match.routeConfiguration.name
    configPatches[].match.routeConfiguration.portName
    configPatches[].match.routeConfiguration.portNumber
    configPatches[].match.routeConfiguration.vhost.domainName
    configPatches[].match.routeConfiguration.vhost.name
    configPatches[].match.routeConfiguration.vhost.route.action
    configPatches[].match.routeConfiguration.vhost.route.name
    configPatches[].match.waypoint.filter.name
    configPatches[].match.waypoint.filter.subFilter.name
    configPatches[].match.waypoint.portNumber
    configPatches[].match.waypoint.route.name
    configPatches[].patch.filterClass
    configPatches[].patch.operation
    configPatches[].patch.value
    priority
    targetRefs[].group
    targetRefs[].kind
    targetRefs[].name
    targetRefs[].namespace
    workloadSelector.labels
  `),
  ProxyConfig: fieldLines(`
    concurrency
    environmentVariables
    image.imageType
    selector.matchLabels
  `),
  WasmPlugin: fieldLines(`
    failStrategy
    imagePullPolicy
    imagePullSecret
    match[].mode
    match[].ports[].number
    phase
    pluginConfig
    pluginName
    priority
    selector.matchLabels
    sha256
    targetRef.group
    targetRef.kind
    targetRef.name
    targetRef.namespace
    targetRefs[].group
    targetRefs[].kind
    targetRefs[].name
    targetRefs[].namespace
    type
    url
    verificationKey
    vmConfig.env[].name
    vmConfig.env[].value
    vmConfig.env[].valueFrom
  `),
  TrafficExtension: fieldLines(`
    lua.inlineCode
    match[].mode
    match[].ports[].number
    phase
    priority
    selector.matchLabels
    targetRefs[].group
    targetRefs[].kind
    targetRefs[].name
    targetRefs[].namespace
    wasm.failStrategy
    wasm.imagePullPolicy
    wasm.imagePullSecret
    wasm.pluginConfig
    wasm.pluginName
    wasm.sha256
    wasm.type
    wasm.url
    wasm.verificationKey
    wasm.vmConfig.env[].name
    wasm.vmConfig.env[].value
    wasm.vmConfig.env[].valueFrom
  `),
} as const satisfies Readonly<Record<string, readonly string[]>>;
