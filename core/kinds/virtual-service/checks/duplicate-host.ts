import type { KindCheck } from "#core/check/rule.ts";
import { byReach, gatewaysOf } from "#core/resolve/virtual-service.ts";
import { isVisible, standingNamespaces } from "#core/resolve/visibility.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

interface Claim {
  readonly service: Resource<"VirtualService">;
  readonly path: Path;
}

/** Inside the mesh one VirtualService decides for a host: of those that a caller's namespace sees the nearest, and then the oldest. Behind a gateway their rules are merged. */
export const duplicateHost: KindCheck<"VirtualService"> = {
  code: "duplicate-host",
  kiali: "KIA1106",
  summary: "Two VirtualServices claim the same host for callers in the mesh that see both; only one of them applies.",
  check(services, { hosts }) {
    const claims = new Map<string, Claim[]>();
    for (const service of services) {
      if (!gatewaysOf(service).includes("mesh")) continue;
      service.spec.hosts?.forEach((host, index) => {
        const name = hosts.resolve(host, service.metadata.namespace);
        const list = claims.get(name) ?? [];
        // A short name and the whole one of the same host.
        if (list.at(-1)?.service === service) return;
        list.push({ service, path: ["spec", "hosts", index] });
        claims.set(name, list);
      });
    }
    return [...claims].flatMap(([host, list]) =>
      findOverruled(list).map(({ claim, by, isOlder }) => ({
        severity: "warning" as const,
        resource: formatRef(refOf(claim.service)),
        path: claim.path,
        message: `${formatRef(refOf(by))} already routes ${host}; inside the mesh only ${
          isOlder ? "the older of the two" : "the one that is exported to fewer namespaces"
        } applies`,
        hint: "put the rules of both in one VirtualService",
      })),
    );
  },
};

interface Overruled {
  readonly claim: Claim;
  readonly by: Resource<"VirtualService">;
  readonly isOlder: boolean;
}

/** Claims that give way to another for callers of some namespace, each once. */
function findOverruled(claims: readonly Claim[]): readonly Overruled[] {
  if (claims.length < 2) return [];
  const found = new Map<Claim, Overruled>();
  const scopes = claims.map(({ service: { metadata, spec } }) => ({
    namespace: metadata.namespace,
    exportTo: spec.exportTo,
  }));
  for (const from of standingNamespaces(scopes)) {
    const order = byReach(from);
    const [first, ...others] = claims
      .filter(({ service: { metadata, spec } }) => isVisible(spec.exportTo, metadata.namespace, from))
      .sort((a, b) => order(a.service, b.service));
    for (const claim of others)
      if (first !== undefined && !found.has(claim))
        found.set(claim, { claim, by: first.service, isOlder: reachOf(first) === reachOf(claim) });
  }
  return [...found.values()];
}

/** Whether it is for all. */
function reachOf({ service: { spec } }: Claim): boolean {
  const { exportTo = [] } = spec;
  return exportTo.length === 0 || exportTo.includes("*");
}
