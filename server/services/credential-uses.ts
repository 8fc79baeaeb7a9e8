import { compareNames } from "#core/compare-names.ts";
import type { KindDefinition, PlacedCredential } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { relationsOf } from "#core/kinds/relations.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { resolveCredential } from "#core/resolve/credential-use.ts";
import { gatewaySelector } from "#core/resolve/gateway-selector.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";

/** Credentials that a resource names, as proxies of some namespaces find them. */
export interface CredentialNaming {
  readonly resource: AnyResource;
  readonly placed: readonly PlacedCredential[];
  /** Of the gateways that are given the resource, and of the sidecars that a rule is for by their labels; its own where none runs yet. */
  readonly namespaces: readonly string[];
  /** Whether such a proxy runs. */
  readonly isServed: boolean;
}

/** Who names credentials, and where these are looked for. `among`: all resources, where `resources` are some of them. */
export function credentialNamings(
  resources: readonly AnyResource[],
  instances: readonly WorkloadInstance[],
  among: readonly AnyResource[] = resources,
): CredentialNaming[] {
  const naming = resources.flatMap((resource) => {
    const placed = (KINDS[resource.kind] as KindDefinition).credentials?.(resource.spec) ?? [];
    return placed.length === 0 ? [] : [{ resource, placed }];
  });
  if (naming.length === 0) return [];
  const selectors = ofKind([...new Set([...resources, ...among])], "Gateway").map(gatewaySelector);
  const isGateway = ({ labels }: WorkloadInstance): boolean =>
    selectors.some((selector) => Object.keys(selector).length > 0 && matchesLabels(labels, selector));
  const gateways = instances.filter(isGateway);
  return naming.map(({ resource, placed }) => {
    const takers = placed.some(({ isForSidecars }) => isForSidecars) ? instances : gateways;
    const reached = takers.filter((each) => relationsOf(resource.kind).reaches?.(resource as never, each) ?? false);
    const found = new Set(reached.map(({ namespace }) => namespace));
    const isServed = found.size > 0;
    return { resource, placed, isServed, namespaces: isServed ? [...found].sort() : [resource.metadata.namespace] };
  });
}

/** By `namespace/name` of a credential the resources that name it, and are given it. */
export function credentialUsers(
  { resources, instances }: Pick<Snapshot, "resources" | "instances">,
  facts: ReadonlyMap<string, CredentialFacts>,
): ReadonlyMap<string, readonly string[]> {
  const reader = { credential: (key: string) => facts.get(key) };
  const uses = credentialNamings(resources, instances).flatMap(({ resource, placed, namespaces }) =>
    placed.flatMap((each) =>
      namespaces.flatMap((namespace) => {
        const { key, state } = resolveCredential(reader, each, namespace);
        return state === "other-namespace" ? [] : [{ key, ref: formatRef(refOf(resource)) }];
      }),
    ),
  );
  return new Map(
    [...Map.groupBy(uses, ({ key }) => key)].map(([key, all]) => [
      key,
      [...new Set(all.map(({ ref }) => ref))].sort(compareNames),
    ]),
  );
}
