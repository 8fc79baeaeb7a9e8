import type { IstioRule } from "#testing/istio-crd/istio-rule.ts";

const TARGET = { kind: "Gateway", group: "gateway.networking.k8s.io", name: "a" };
const FILE = "file:///opt/a.wasm";
const MODULE = { url: FILE };
const PATCH = {
  applyTo: "CLUSTER",
  match: { context: "SIDECAR_OUTBOUND" },
  patch: { operation: "MERGE", value: { connect_timeout: "5s" } },
};
const patching = (rest: object) => ({ configPatches: [PATCH], ...rest });
const matching = (match: object) => ({ configPatches: [{ ...PATCH, match }] });
const EXTENSIONS = [
  ["WasmPlugin", (module: object, rest: object = {}) => ({ ...module, ...rest }), ""],
  ["TrafficExtension", (module: object, rest: object = {}) => ({ wasm: module, ...rest }), "wasm."],
] as const;
const SELECTING = [
  ["WasmPlugin", MODULE],
  ["TrafficExtension", { wasm: MODULE }],
  ["ProxyConfig", { concurrency: 2 }],
] as const;

/** Each CEL rule of the kinds that add to proxies or start them. */
export const EXTENSION_RULES: readonly IstioRule[] = [
  ...SELECTING.flatMap(([kind, rest]): readonly IstioRule[] => {
    const select = (labels: object) => ({ ...rest, selector: { matchLabels: labels } });
    const [at, taken] = ["selector.matchLabels", select({ app: "a" })];
    return [
      { says: "wildcard not allowed in label key match", kind, at, taken, refused: [select({ "a*": "a" })] },
      { says: "key must not be empty", kind, at, taken, refused: [select({ "": "a" })] },
      {
        says: "wildcard not allowed in label value match",
        kind,
        at: `${at}{}`,
        taken,
        refused: [select({ a: "a*" })],
      },
    ];
  }),
  ...EXTENSIONS.flatMap(([kind, write, below]): readonly IstioRule[] => [
    {
      says: "only one of targetRefs or selector can be set",
      kind,
      at: "",
      taken: write(MODULE, { selector: { matchLabels: { app: "a" } } }),
      refused: [write(MODULE, { selector: { matchLabels: { app: "a" } }, targetRefs: [TARGET] })],
    },
    {
      says: "cross namespace referencing is not currently supported",
      kind,
      at: "targetRefs[].namespace",
      refused: [write(MODULE, { targetRefs: [{ ...TARGET, namespace: "b" }] })],
    },
    {
      says: "url must have schema one of [http, https, file, oci]",
      kind,
      at: `${below}url`,
      taken: write(MODULE),
      refused: [write({ url: "ftp://a.example.com/a.wasm" }), write({ url: "FILE:///a.wasm" })],
    },
    {
      says: "value may only be set when valueFrom is INLINE",
      kind,
      at: `${below}vmConfig.env[]`,
      taken: write({ ...MODULE, vmConfig: { env: [{ name: "A", value: "a" }] } }),
      refused: [write({ ...MODULE, vmConfig: { env: [{ name: "A", valueFrom: "HOST", value: "a" }] } })],
    },
  ]),
  {
    says: "cross namespace referencing is not currently supported",
    kind: "WasmPlugin",
    at: "targetRef.namespace",
    refused: [{ ...MODULE, targetRef: { ...TARGET, namespace: "b" } }],
  },
  {
    says: "exactly one of wasm or lua must be set",
    kind: "TrafficExtension",
    at: "",
    taken: { wasm: MODULE },
    refused: [{}, { wasm: MODULE, lua: { inlineCode: "local a = 1" } }],
  },
  {
    says: "only one of targetRefs or workloadSelector can be set",
    kind: "EnvoyFilter",
    at: "",
    taken: patching({ workloadSelector: { labels: { app: "a" } } }),
    refused: [patching({ workloadSelector: { labels: { app: "a" } }, targetRefs: [TARGET] })],
  },
  {
    says: "cross namespace referencing is not currently supported",
    kind: "EnvoyFilter",
    at: "targetRefs[].namespace",
    refused: [patching({ targetRefs: [{ ...TARGET, namespace: "b" }] })],
  },
  {
    says: "wildcard is not supported in selector",
    kind: "EnvoyFilter",
    at: "workloadSelector.labels{}",
    taken: patching({ workloadSelector: { labels: { app: "a" } } }),
    refused: [patching({ workloadSelector: { labels: { app: "a*" } } })],
  },
  {
    says: "only support waypointMatch when context is WAYPOINT",
    kind: "EnvoyFilter",
    at: "configPatches[].match",
    refused: [matching({ context: "GATEWAY", waypoint: { portNumber: 80 } })],
  },
  {
    says: "port must be between 1-65535",
    kind: "EnvoyFilter",
    at: "configPatches[].match.waypoint.portNumber",
    refused: [matching({ context: "WAYPOINT", waypoint: { portNumber: 65_536 } })],
  },
];
