import type { KindCheck } from "#core/check/rule.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { byAge } from "#core/resource/by-age.ts";
import { formatRef, type Metadata, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

interface Claim {
  readonly ref: string;
  readonly path: Path;
  readonly metadata: Metadata;
}

/** Inside the mesh one VirtualService decides for a host: the oldest. Behind a gateway their rules are merged. */
export const duplicateHost: KindCheck<"VirtualService"> = {
  code: "duplicate-host",
  kiali: "KIA1106",
  summary: "Two VirtualServices claim the same host for the mesh; only the older one applies.",
  check(services, { hosts }) {
    const claims = new Map<string, Claim[]>();
    for (const resource of services) {
      const { spec, metadata } = resource;
      if (!gatewaysOf(resource).includes("mesh")) continue;
      spec.hosts?.forEach((host, index) => {
        const name = hosts.resolve(host, metadata.namespace);
        const { exportTo = [] } = spec;
        const visible = exportTo.length === 0 || exportTo.includes("*") ? "*" : metadata.namespace;
        const key = `${visible} ${name}`;
        const list = claims.get(key) ?? [];
        // A short name and the whole one of the same host.
        if (list.at(-1)?.ref === formatRef(refOf(resource))) return;
        list.push({
          ref: formatRef(refOf(resource)),
          path: ["spec", "hosts", index],
          metadata,
        });
        claims.set(key, list);
      });
    }
    return [...claims].flatMap(([key, list]) => {
      const [first, ...others] = list.sort(byAge);
      return others.map(({ ref, path }) => ({
        severity: "warning" as const,
        resource: ref,
        path,
        message: `${first?.ref} already routes ${key.split(" ")[1]}; inside the mesh only the older of the two applies`,
        hint: "put the rules of both in one VirtualService",
      }));
    });
  },
};
