import { fieldLines } from "#core/kinds/field-lines.ts";

/**
 * Every field of the spec of kinds that are not read, as references write them: for `docs/reference/fields.md`. Those of what
 * holds others are not listed.
 */
export const UNHANDLED_FIELDS = {
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
