import type { KindCheck } from "#core/check/rule.ts";
import { normalizeHost } from "#core/host/host.ts";
import type { ServiceDeclaration } from "#core/model/service.ts";
import { addsTo } from "#core/resolve/service.ts";
import { isVisible, standingNamespaces } from "#core/resolve/visibility.ts";
import { byAge } from "#core/resource/by-age.ts";
import { declareService } from "#core/sources/declare-service.ts";

/** ServiceEntries of one host that are not one service: callers get the ports and endpoints of one of them. */
export const duplicateService: KindCheck<"ServiceEntry"> = {
  code: "duplicate-service",
  kiali: "KIA1211",
  summary: "Two ServiceEntries describe the same host and cannot be merged into one service.",
  check(entries) {
    const known = new Map<string, ServiceDeclaration[]>();
    return [...entries].sort(byAge).flatMap((entry) => {
      const declaration = declareService(entry);
      if (declaration === undefined) return [];
      const written = entry.spec.hosts.map(normalizeHost);
      return declaration.hosts.flatMap((name) => {
        const others = known.get(name) ?? [];
        known.set(name, [...others, declaration]);
        const other = others.find((each) => meet(each, declaration));
        const why = other === undefined ? undefined : whyApart(other, declaration);
        if (other === undefined || why === undefined) return [];
        return [
          {
            severity: "warning" as const,
            resource: declaration.source.ref,
            path: ["spec", "hosts", written.indexOf(name)],
            message: `${other.source.ref} already describes ${name}${why.what}`,
            hint: why.hint,
          },
        ];
      });
    });
  },
};

/** Whether some namespace sees both. */
function meet(a: ServiceDeclaration, b: ServiceDeclaration): boolean {
  const sees = (from: string): boolean =>
    [a, b].every(({ exportTo, namespace }) => isVisible(exportTo, namespace, from));
  return standingNamespaces([a, b]).some(sees);
}

/** Why callers get one of them alone; undefined where they are one service. */
function whyApart(
  a: ServiceDeclaration,
  b: ServiceDeclaration,
): { readonly what: string; readonly hint: string } | undefined {
  if (a.namespace !== b.namespace)
    return {
      what: ", in another namespace",
      hint: "callers in a namespace with its own entry get that one, all others get one of the two: keep one, or limit them with exportTo",
    };
  if (!addsTo(a, b))
    return {
      what: ", with a different resolution, exportTo, selector or labels",
      hint: "callers get one of them: give both the same settings, and their ports and endpoints are merged",
    };
  const shared = b.ports.find((port) => a.ports.some((each) => each.number === port.number && each.name !== port.name));
  if (shared !== undefined)
    return {
      what: ` on port ${shared.number}, under another name`,
      hint: "callers get the older one's port: give both the same name",
    };
  return undefined;
}
