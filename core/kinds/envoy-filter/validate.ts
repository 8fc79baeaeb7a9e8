import { type Diagnostic, errorAt, infoAt, warningAt } from "#core/diagnostic.ts";
import { ISTIO_VERSION, isForVersion } from "#core/kinds/envoy-filter/is-for-version.ts";
import { PROXY_METADATA, tellsMetadata } from "#core/kinds/envoy-filter/proxy-metadata.ts";
import type { ConfigPatch, EnvoyFilterSpec, PatchOperation, PatchTarget } from "#core/kinds/envoy-filter/schema.ts";
import { validateReach } from "#core/kinds/envoy-filter/validate-reach.ts";
import type { Path } from "#core/schema/path.ts";

const MANAGER = "envoy.filters.network.http_connection_manager";

/** The match of its own that each target has, and the operations that do something there, as in Istio. */
const TARGETS: Readonly<
  Record<
    PatchTarget,
    {
      readonly match: "listener" | "routeConfiguration" | "cluster" | undefined;
      readonly does: readonly PatchOperation[];
    }
  >
> = {
  LISTENER: { match: "listener", does: ["ADD", "REMOVE", "MERGE", "MERGE_AND_REPLACE_LIST"] },
  FILTER_CHAIN: { match: "listener", does: ["ADD", "REMOVE", "MERGE", "MERGE_AND_REPLACE_LIST"] },
  LISTENER_FILTER: { match: "listener", does: ["ADD", "REMOVE", "MERGE", "REPLACE"] },
  NETWORK_FILTER: { match: "listener", does: ["ADD", "REMOVE", "MERGE", "REPLACE"] },
  HTTP_FILTER: { match: "listener", does: ["ADD", "REMOVE", "MERGE", "REPLACE"] },
  ROUTE_CONFIGURATION: { match: "routeConfiguration", does: ["MERGE", "MERGE_AND_REPLACE_LIST"] },
  VIRTUAL_HOST: { match: "routeConfiguration", does: ["ADD", "REMOVE", "MERGE", "MERGE_AND_REPLACE_LIST", "REPLACE"] },
  HTTP_ROUTE: { match: "routeConfiguration", does: ["ADD", "REMOVE", "MERGE", "MERGE_AND_REPLACE_LIST"] },
  CLUSTER: { match: "cluster", does: ["ADD", "REMOVE", "MERGE", "MERGE_AND_REPLACE_LIST"] },
  EXTENSION_CONFIG: { match: undefined, does: ["ADD"] },
};

/** Names of clusters and listeners that are made of services and ports: what is added needs another. */
const MADE = {
  CLUSTER: /^(?:outbound|inbound|authorizer|access-log|module)\||^(?:BlackHole|Passthrough)Cluster$/,
  LISTENER: /^virtual(?:In|Out)bound$|^inbound_|^[\d.:a-fA-F]+_\d+$/,
} as const;

const NAMED: ReadonlySet<PatchTarget> = new Set([
  "CLUSTER",
  "LISTENER",
  "LISTENER_FILTER",
  "NETWORK_FILTER",
  "HTTP_FILTER",
  "VIRTUAL_HOST",
  "EXTENSION_CONFIG",
]);

export function validateEnvoyFilter({ configPatches = [], workloadSelector }: EnvoyFilterSpec): Diagnostic[] {
  const issues: Diagnostic[] = [];
  if (configPatches.length === 0)
    issues.push(warningAt(["spec"], "no-effect", "the EnvoyFilter patches nothing", "set configPatches, or delete it"));
  if (workloadSelector !== undefined && Object.keys(workloadSelector.labels ?? {}).length === 0)
    issues.push(
      warningAt(
        ["spec", "workloadSelector"],
        "empty",
        "the selector is empty: the EnvoyFilter is for every workload of its namespace",
        "leave it out, or name labels",
      ),
    );
  return [...issues, ...configPatches.flatMap((each, index) => validatePatch(each, ["spec", "configPatches", index]))];
}

function validatePatch({ applyTo, match = {}, patch }: ConfigPatch, path: Path): Diagnostic[] {
  const { operation, value } = patch;
  const issues: Diagnostic[] = [];
  if (operation !== "REMOVE" && value === undefined)
    issues.push(errorAt([...path, "patch", "value"], "needs-field", `${operation} needs a value`, "set value"));
  for (const name of ["listener", "routeConfiguration", "cluster"] as const)
    if (match[name] !== undefined && name !== TARGETS[applyTo].match)
      issues.push(
        errorAt(
          [...path, "match", name],
          "conflicting-fields",
          `${applyTo} is not found by ${name}`,
          TARGETS[applyTo].match === undefined ? "leave it out" : `use match.${TARGETS[applyTo].match}`,
        ),
      );
  if (!doesSomething(applyTo, operation))
    issues.push(
      warningAt(
        [...path, "patch", "operation"],
        "no-effect",
        `${operation} does nothing to ${applyTo}`,
        `use one of ${TARGETS[applyTo].does.join(", ")}`,
      ),
    );
  for (const name of Object.keys(match.proxy?.metadata ?? {}))
    if (!tellsMetadata(name))
      issues.push(
        errorAt(
          [...path, "match", "proxy", "metadata", name],
          "field-not-handled",
          `${name} is not handled: proxies do not tell it, so the patch would be for none`,
          `use ${PROXY_METADATA.join(", ")}, or choose workloads by workloadSelector`,
        ),
      );
  const version = match.proxy?.proxyVersion;
  if (!isForVersion(version))
    issues.push(
      infoAt(
        [...path, "match", "proxy", "proxyVersion"],
        "no-effect",
        `the patch is for no proxy: all are as those of Istio ${ISTIO_VERSION}, which ${version} does not match`,
        "leave proxyVersion out where the patch is for them",
      ),
    );
  issues.push(...validateFilterMatch(applyTo, operation, match, [...path, "match", "listener"]));
  if (value === undefined) return issues;
  const named = typeof value.name === "string" ? value.name : "";
  const isAdded = operation === "ADD" || operation.startsWith("INSERT_");
  const at = [...path, "patch", "value", "name"];
  if (isAdded && NAMED.has(applyTo) && named === "")
    issues.push(errorAt(at, "needs-field", "what is added needs a name: Envoy refuses it without", "set name"));
  if (isAdded && (applyTo === "CLUSTER" || applyTo === "LISTENER") && MADE[applyTo].test(named))
    issues.push(
      errorAt(
        at,
        "value-not-handled",
        `${named} is not handled: what is made of services is called so`,
        "choose another name",
      ),
    );
  return [...issues, ...validateReach(value, [...path, "patch", "value"])];
}

function doesSomething(target: PatchTarget, operation: PatchOperation): boolean {
  // What cannot be inserted is added.
  return TARGETS[target].does.includes(operation.startsWith("INSERT_") ? "ADD" : operation);
}

function validateFilterMatch(
  applyTo: PatchTarget,
  operation: PatchOperation,
  { listener }: NonNullable<ConfigPatch["match"]>,
  path: Path,
): Diagnostic[] {
  const filter = listener?.filterChain?.filter;
  const at = [...path, "filterChain", "filter"];
  const isNamed =
    applyTo === "LISTENER_FILTER"
      ? (listener?.listenerFilter ?? "") !== ""
      : applyTo === "HTTP_FILTER"
        ? filter?.subFilter !== undefined
        : filter !== undefined;
  if (/_FILTER$/.test(applyTo) && !isNamed && (operation === "REMOVE" || operation === "REPLACE"))
    return [
      warningAt(
        path.slice(0, -1),
        "no-effect",
        `${operation} does nothing without the name of a filter`,
        applyTo === "LISTENER_FILTER"
          ? "set match.listener.listenerFilter"
          : `set match.listener.filterChain.filter${applyTo === "HTTP_FILTER" ? ".subFilter" : ""}.name`,
      ),
    ];
  if (filter === undefined) return [];
  const issues: Diagnostic[] = [];
  if (applyTo === "LISTENER" || applyTo === "FILTER_CHAIN")
    issues.push(warningAt(at, "no-effect", `${applyTo} is not found by its filters`, "leave it out"));
  if ((filter.name ?? "") === "")
    return [...issues, errorAt([...at, "name"], "needs-field", "the filter has no name", "set name")];
  if (filter.subFilter === undefined) return issues;
  const inner = [...at, "subFilter"];
  if (applyTo !== "HTTP_FILTER")
    issues.push(errorAt(inner, "conflicting-fields", "a subFilter is for HTTP_FILTER alone", "leave it out"));
  else if (filter.name !== MANAGER)
    issues.push(errorAt([...at, "name"], "bad-value", `${filter.name} has no HTTP filters`, `write ${MANAGER}`));
  if ((filter.subFilter.name ?? "") === "")
    issues.push(errorAt([...inner, "name"], "needs-field", "the subFilter has no name", "set name"));
  return issues;
}
