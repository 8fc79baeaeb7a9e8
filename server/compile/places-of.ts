import { expandHost, isWildcard } from "#core/host/host.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { ruleHost } from "#core/resolve/destination-rule.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { formatRef, type Resource } from "#core/resource/resource.ts";

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

type Add = (index: IndexName, keys: Iterable<string>) => void;

/** Where else a resource of each kind is found than by its name; nowhere, where translation asks for it by kind or namespace alone. */
const PLACES: { readonly [K in Kind]: (resource: Resource<K>, add: Add, domainSuffix: string) => void } = {
  ServiceEntry({ metadata: { namespace }, spec }, add) {
    add("entry", spec.hosts);
    add("selector", labelKeys(namespace, spec.workloadSelector?.labels));
  },
  WorkloadEntry({ metadata: { namespace }, spec }, add) {
    add("workload", labelKeys(namespace, spec.labels));
  },
  VirtualService(resource, add, domainSuffix) {
    const { metadata, spec } = resource;
    const hosts = (spec.hosts ?? []).map((host) => expandHost(host, metadata.namespace, domainSuffix));
    add(
      "virtualService",
      hosts.filter((host) => !isWildcard(host)),
    );
    add("virtualServicePattern", hosts.filter(isWildcard));
    add("bound", gatewaysOf(resource));
    const matches = (spec.http ?? []).flatMap(({ match = [] }) => match);
    add(
      "sourceLabel",
      matches.flatMap(({ sourceLabels = {} }) => Object.keys(sourceLabels)),
    );
  },
  DestinationRule(resource, add, domainSuffix) {
    const host = ruleHost(resource, domainSuffix);
    add(isWildcard(host) ? "rulePattern" : "rule", [host]);
  },
  WorkloadGroup: () => undefined,
  Gateway: () => undefined,
  PeerAuthentication: () => undefined,
  AuthorizationPolicy: () => undefined,
};

/** All places where a resource is found. What a question reads is one of them: a resource bears on whoever asked there. */
export function placesOf<K extends Kind>(resource: Resource<K>, { domainSuffix }: MeshSettings): Place[] {
  const { kind, metadata } = resource;
  const places: Place[] = [
    { index: "ref", key: formatRef({ kind, namespace: metadata.namespace, name: metadata.name }) },
    { index: "kind", key: kind },
    { index: "namespace", key: `${kind}/${metadata.namespace}` },
  ];
  const add: Add = (index, keys) => {
    for (const key of new Set(keys)) places.push({ index, key });
  };
  PLACES[kind as K](resource, add, domainSuffix);
  return places;
}

function labelKeys(namespace: string, labels: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value));
}
