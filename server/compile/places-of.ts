import { expandHost, isWildcard } from "#core/host/host.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { ruleHost } from "#core/resolve/destination-rule.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";

/** Under which question's key a resource is found. */
export interface Place {
  readonly index: IndexName;
  readonly key: string;
}

export const INDEX_NAMES = [
  /** The resource itself, by its ref. */
  "ref",
  "kind",
  /** `Kind/namespace`. */
  "namespace",
  /** ServiceEntries by host. */
  "entry",
  /** ServiceEntries by `namespace|label=value` of their selector. */
  "selector",
  /** WorkloadEntries by `namespace|label=value`. */
  "workload",
  "virtualService",
  "virtualServicePattern",
  /** VirtualServices by the gateway that they are bound to, `namespace/name`. */
  "bound",
  /** VirtualServices by a label key that they ask their callers for. */
  "sourceLabel",
  "rule",
  "rulePattern",
] as const;
export type IndexName = (typeof INDEX_NAMES)[number];

/** Of one label of a selector or a workload. */
export function labelKey(namespace: string, label: string, value: string): string {
  return `${namespace}|${label}=${value}`;
}

/** All places where a resource is found. What a question reads is one of them: a resource bears on whoever asked there. */
export function placesOf(resource: AnyResource, { domainSuffix }: MeshSettings): Place[] {
  const { namespace } = resource.metadata;
  const places: Place[] = [
    { index: "ref", key: formatRef(refOf(resource)) },
    { index: "kind", key: resource.kind },
    { index: "namespace", key: `${resource.kind}/${namespace}` },
  ];
  const add = (index: IndexName, keys: Iterable<string>): void => {
    for (const key of new Set(keys)) places.push({ index, key });
  };
  const labelKeys = (labels: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value));
  switch (resource.kind) {
    case "ServiceEntry":
      add("entry", resource.spec.hosts);
      add("selector", labelKeys(resource.spec.workloadSelector?.labels));
      break;
    case "WorkloadEntry":
      add("workload", labelKeys(resource.spec.labels));
      break;
    case "VirtualService": {
      const hosts = (resource.spec.hosts ?? []).map((host) => expandHost(host, namespace, domainSuffix));
      add(
        "virtualService",
        hosts.filter((host) => !isWildcard(host)),
      );
      add("virtualServicePattern", hosts.filter(isWildcard));
      add("bound", gatewaysOf(resource));
      const matches = (resource.spec.http ?? []).flatMap(({ match = [] }) => match);
      add(
        "sourceLabel",
        matches.flatMap(({ sourceLabels = {} }) => Object.keys(sourceLabels)),
      );
      break;
    }
    case "DestinationRule": {
      const host = ruleHost(resource, domainSuffix);
      add(isWildcard(host) ? "rulePattern" : "rule", [host]);
      break;
    }
  }
  return places;
}
