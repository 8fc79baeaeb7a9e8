// The schemas promise that each field they call handled works. Here each is taken away, or given another value, in a case
// that has it, and some proxy must be given something else: what changes nothing would be dropped in silence.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KIND_NAMES, KINDS, type Kind } from "#core/kinds/kinds.ts";
import { START_FIELDS } from "#core/kinds/mesh-config/start-fields.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { Field } from "#core/schema/field.ts";
import { listFields } from "#core/schema/list-fields.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { readCase } from "#server/envoy/testing/read-case.ts";

const FIELDS = new Map(KIND_NAMES.map((kind) => [kind, new Map(listFields(KINDS[kind].schema))]));

const STARTED_WITH = "with what agents start Envoy: start-settings.test.ts";

/** Handled fields that no xDS resource follows from, and what does. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "Gateway servers[].name": "a name for people",
  "MeshConfig defaultConfig.connectionSettings.profile": "the one that there is: its values are told one by one",
  "MeshConfig inboundTrafficPolicy": "the one mode that there is",
  "MeshConfig inboundTrafficPolicy.mode": "the one mode that there is",
  "MeshConfig defaultProviders.metrics": "what /metrics shows: exported-metrics.test.ts",
  "MeshConfig defaultProviders.metrics[]": "what /metrics shows: exported-metrics.test.ts",
  "MeshConfig extensionProviders[].prometheus": "what /metrics shows: exported-metrics.test.ts",
  ...Object.fromEntries(
    [...(FIELDS.get("ProxyConfig")?.keys() ?? [])].map((name) => [`ProxyConfig ${name}`, STARTED_WITH]),
  ),
  ...Object.fromEntries(
    [...(FIELDS.get("MeshConfig")?.keys() ?? [])]
      .filter((name) => Object.keys(START_FIELDS).includes(name.split(/[.[{]/)[1] ?? ""))
      .map((name) => [`MeshConfig ${name}`, STARTED_WITH]),
  ),
  "Quota carryOver": "what the owner of the ledger adds: ledger.test.ts",
  "Quota period.once": "the one that there is, where there is neither calendar nor rolling",
  "Quota soft": "when it is told: ledger.test.ts",
  "Quota soft[]": "when it is told: ledger.test.ts",
  "RequestAuthentication jwtRules[].timeout": "how long the control plane waits for keys: key-fetcher.test.ts",
  ...Object.fromEntries(
    [...FIELDS].flatMap(([kind, fields]) =>
      [...fields.keys()]
        .filter((name) => name === "targetRef.group" || name === "targetRefs[].group")
        .map((name) => [
          `${kind} ${name}`,
          "follows from the kind beside it, and is refused otherwise: policy-target.test.ts",
        ]),
    ),
  ),
  "WorkloadGroup metadata": "labels of the instances that register",
  "WorkloadGroup metadata.labels": "labels of the instances that register",
  "WorkloadGroup metadata.labels{}": "labels of the instances that register",
  "WorkloadGroup template": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.address": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.ports": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.ports{}": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.labels": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.labels{}": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.locality": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.network": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.weight": "what an instance has that registers without saying otherwise",
  "WorkloadGroup template.serviceAccount": "the only account whose instances may register",
  ...Object.fromEntries(
    [...(FIELDS.get("Telemetry")?.keys() ?? [])]
      .filter((name) => name.startsWith("metrics"))
      .map((name) => [`Telemetry ${name}`, "what /metrics shows: metric-export.test.ts"]),
  ),
  ...Object.fromEntries(
    [...(FIELDS.get("WorkloadGroup")?.keys() ?? [])]
      .filter((name) => name.startsWith("probe"))
      .map((name) => [`WorkloadGroup ${name}`, "how agents ask the application: registry-rpc.test.ts"]),
  ),
};

/** Kinds of which no proxy is given anything: what follows from them is found out by the control plane. */
const WATCHED = KIND_NAMES.filter((kind) => KINDS[kind].group === "observe.pharos.dev");

/** What is read by the same code as another kind where it stands in a resource. */
const INSIDE = [
  [/^Plan quotas\[\]\.spec\./, "Quota "],
  [/^Plan limits\[\]\.spec\./, "RateLimit "],
] as const;

/** The same policy, read by the same code, stands in several places; cases show which of them wins. */
function canonical(kind: Kind, at: string): string {
  const inside = INSIDE.reduce((key, [from, to]) => key.replace(from, to), `${kind} ${at}`);
  const [of = "", name = ""] = inside.split(/ (.*)/);
  return `${of} ${canonicalName(name)}`;
}

function canonicalName(name: string): string {
  return name
    .replace(/^subsets\[\]\.trafficPolicy\./, "trafficPolicy.")
    .replace(/^trafficPolicy\.portLevelSettings\[\]\.(?!port)/, "trafficPolicy.")
    .replace(/^rules\[\]\.(?:exempt|reserve\[\]\.match)\[\]/, "rules[].match[]")
    .replace(/^exempt\[\]/, "match[]");
}

const DIR = join(import.meta.dirname, "testdata");
const hash = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex").slice(0, 16);

/** Hash of all that a proxy is given; of the error, where there is one. */
function outcome(snapshot: Snapshot, node: ProxyNode): string {
  const all: string[] = [];
  try {
    for (const { resources } of createCompiler(snapshot, { hash }).open(node).layers)
      for (const [type, named] of resources)
        for (const resource of named.values()) all.push(`${type} ${resource.name} ${resource.version}`);
  } catch (error) {
    all.push(String(error));
  }
  return all.sort().join("\n");
}

type Step = string | number;

/** Every place in a value, with its name in the schema. */
function* places(
  kind: Kind,
  value: unknown,
  path: readonly Step[],
  name: string,
): Generator<readonly [readonly Step[], string]> {
  if (typeof value !== "object" || value === null) return;
  const isMap = !Array.isArray(value) && FIELDS.get(kind)?.has(`${name}{}`) === true;
  for (const [key, child] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(key) : key;
    const below = Array.isArray(value) ? `${name}[]` : isMap ? `${name}{}` : name === "" ? key : `${name}.${key}`;
    yield [[...path, step], below];
    yield* places(kind, child, [...path, step], below);
  }
}

function without(resource: AnyResource, path: readonly Step[]): AnyResource {
  const copy = structuredClone(resource);
  let at = copy.spec as Record<Step, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<Step, unknown>;
  const last = path.at(-1) ?? "";
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return copy;
}

/** The value replaced by another of its type, so that required fields can be seen too. */
function changed(resource: AnyResource, path: readonly Step[], field: Field | undefined): AnyResource | undefined {
  const copy = structuredClone(resource);
  let at = copy.spec as Record<Step, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<Step, unknown>;
  const last = path.at(-1) ?? "";
  const value = at[last];
  if (typeof value === "number") at[last] = value + 1;
  else if (typeof value === "boolean") at[last] = !value;
  else if (field?.status === "handled" && field.type.kind === "enum")
    at[last] = field.type.values.find((each) => each !== value);
  else if (typeof value === "string") at[last] = `${value}x`;
  else return undefined;
  return copy;
}

test("every field that is called handled changes what some proxy is given", () => {
  const effective = new Set<string>();
  for (const file of readdirSync(DIR).filter((each) => each.endsWith(".in.yaml"))) {
    const { snapshot, node } = readCase(readFileSync(join(DIR, file), "utf8"));
    const before = outcome(snapshot, node);
    for (const [index, resource] of snapshot.resources.entries()) {
      const swap = (by: AnyResource): boolean =>
        outcome({ ...snapshot, resources: snapshot.resources.with(index, by) }, node) !== before;
      for (const [path, name] of places(resource.kind, resource.spec, [], "")) {
        const key = canonical(resource.kind, name);
        if (effective.has(key)) continue;
        const other = changed(resource, path, FIELDS.get(resource.kind)?.get(name));
        if (swap(without(resource, path)) || (other !== undefined && swap(other))) effective.add(key);
      }
    }
  }
  // Where something inside has an effect, so has what holds it.
  const isEffective = (key: string): boolean =>
    [...effective].some((each) => each === key || [".", "[]", "{}"].some((next) => each.startsWith(`${key}${next}`)));
  const silent = [...FIELDS]
    .filter(([kind]) => !WATCHED.includes(kind))
    .flatMap(([kind, fields]) =>
      [...fields]
        .filter(([, field]) => field.status === "handled")
        .map(([name]) => canonical(kind, name))
        .filter((key) => !isEffective(key) && !(key in ELSEWHERE)),
    );
  expect([...new Set(silent)]).toEqual([]);
});
