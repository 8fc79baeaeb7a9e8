import { POLICY_TARGETS } from "#core/kinds/policy-target.ts";
import { PORT_SELECTOR } from "#core/kinds/port-selector.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  described,
  explicit,
  ignored,
  integer,
  json,
  list,
  message,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const CHOOSES = "none: in which listeners it stands";

const ENVIRONMENT = message({
  name: described(required(string("header-text", 256)), { envoy: "EnvironmentVariables.key_values, host_env_keys" }),
  value: described(string("header-value", 2048), { envoy: "EnvironmentVariables.key_values" }),
  valueFrom: described(oneOf(["INLINE", "HOST"]), {
    envoy: "EnvironmentVariables.key_values, host_env_keys",
    default: "INLINE",
    doc: "HOST: the value that the variable has where Envoy runs",
  }),
});

/** A module and how it is run; what WasmPlugins and TrafficExtensions have alike. */
export const MODULE = {
  url: described(required(string("module-url", 2048)), {
    envoy: "VmConfig.code",
    doc: "file:// and a path on the host of each workload; or https:// or http://, from where each proxy fetches it",
    hint: "https://modules.example.com/filter.wasm",
  }),
  sha256: described(string("sha256"), {
    envoy: "RemoteDataSource.sha256",
    doc: "Of the module, in hex: what is fetched and has another is not run. Needed for https:// and http://",
  }),
  imagePullPolicy: ignored("a module is known by its sha256, and fetched again when that is another", "kubernetes"),
  imagePullSecret: refused(
    "images are not pulled: serve the module over https://, or put it on the hosts and use file://",
    "kubernetes",
  ),
  verificationKey: refused("signatures are not checked: use sha256", "no-effect"),
  pluginConfig: described(json(), {
    envoy: "PluginConfig.configuration",
    doc: "Handed to the module as JSON",
  }),
  pluginName: described(explicit(string("header-text", 256)), {
    envoy: "PluginConfig.root_id",
    doc: "Which of several in the module",
  }),
  failStrategy: described(oneOf(["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"]), {
    envoy: "none: the failure policy of the plugin",
    default: "FAIL_CLOSE",
    doc: "Where the module is not there or has failed: refuse, go on without it, or start it again",
  }),
  vmConfig: described(message({ env: list(ENVIRONMENT, 0, 256) }), { doc: "Its environment" }),
  type: described(oneOf(["HTTP", "NETWORK", "UNSPECIFIED_PLUGIN_TYPE"]), {
    envoy: "none: whether it is a filter of requests or of connections",
    default: "HTTP",
    doc: "Of requests, or of connections",
  }),
};

const PRIORITY = described(explicit(integer(-2_147_483_648)), {
  envoy: "none: in which order they stand",
  doc: "Within a phase, higher first; without it last. Among equals those of the workload's namespace, then the oldest",
});
const PHASE_DOC = {
  envoy: "none: where they stand",
  doc: "AUTHN: before tokens are checked. AUTHZ: before policies are. STATS: behind policies; without one, behind that",
};

const TRAFFIC_SELECTOR = message({
  mode: described(oneOf(["CLIENT", "SERVER", "CLIENT_AND_SERVER", "UNDEFINED"]), {
    envoy: CHOOSES,
    default: "CLIENT_AND_SERVER",
    doc: "As callers, which gateways are too, as the called, or as both",
  }),
  ports: described(list(PORT_SELECTOR), {
    envoy: CHOOSES,
    doc: "Of the application, of called services, or of a Gateway's servers; empty: any",
  }),
});

/** Where it stands; the same of both kinds but for the name of no phase. */
export const PLACING = {
  selector: described(MATCH_LABELS, { doc: "Workloads whose proxies run it; without it all of the namespace" }),
  targetRefs: POLICY_TARGETS.targetRefs,
  match: described(list(TRAFFIC_SELECTOR), { doc: "Traffic of any of these; without it all" }),
  priority: PRIORITY,
};

export const PLUGIN_PHASE = described(oneOf(["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE"]), {
  ...PHASE_DOC,
  default: "UNSPECIFIED_PHASE",
});

const WASM = message(MODULE);
export type WasmModule = Infer<typeof WASM>;

export const TRAFFIC_EXTENSION = message(
  {
    ...PLACING,
    phase: described(oneOf(["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED"]), { ...PHASE_DOC, default: "UNSPECIFIED" }),
    wasm: described(WASM, { doc: "A module" }),
    lua: described(
      message({ inlineCode: becomes("Lua.default_source_code", required(string("policy-text", 65_536))) }),
      { doc: "A script, run on requests and responses" },
    ),
  },
  { exactlyOneOf: ["wasm", "lua"] },
);
export type TrafficExtensionSpec = Infer<typeof TRAFFIC_EXTENSION>;
