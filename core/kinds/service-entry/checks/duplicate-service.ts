import type { KindCheck } from "#core/check/rule.ts";
import { normalizeHost } from "#core/host/host.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { addsTo } from "#core/resolve/service-entries.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** ServiceEntries of one host that are not one service: callers get the ports and endpoints of one of them. */
export const duplicateService: KindCheck<"ServiceEntry"> = {
  code: "duplicate-service",
  kiali: "KIA1211",
  summary: "Two ServiceEntries describe the same host, and are not put together to one service.",
  check(entries) {
    const known = new Map<string, Resource<"ServiceEntry">[]>();
    return [...entries].sort(byAge).flatMap((resource) =>
      resource.spec.hosts.flatMap((host, index) => {
        const name = normalizeHost(host);
        const others = known.get(name) ?? [];
        known.set(name, [...others, resource]);
        const other = others.find((each) => each !== resource && meet(each, resource));
        const why = other === undefined ? undefined : whyApart(other, resource);
        if (other === undefined || why === undefined) return [];
        return [
          {
            severity: "warning" as const,
            resource: formatRef(refOf(resource)),
            path: ["spec", "hosts", index],
            message: `${formatRef(refOf(other))} describes ${name} already${why.what}`,
            hint: why.hint,
          },
        ];
      }),
    );
  },
};

/** Whether some namespace sees both. */
function meet(a: Resource<"ServiceEntry">, b: Resource<"ServiceEntry">): boolean {
  const sees = (namespace: string): boolean =>
    [a, b].every(({ spec, metadata }) => isVisible(spec.exportTo, metadata.namespace, namespace));
  const named = [a, b].flatMap(({ spec, metadata }) => [metadata.namespace, ...(spec.exportTo ?? [])]);
  // Of all the namespaces that nobody names one stands for the others.
  return [...named, ""].some(sees);
}

/** Why callers get one of them alone; undefined where they are one service. */
function whyApart(
  a: Resource<"ServiceEntry">,
  b: Resource<"ServiceEntry">,
): { readonly what: string; readonly hint: string } | undefined {
  if (a.metadata.namespace !== b.metadata.namespace)
    return {
      what: ", in another namespace",
      hint: "callers in a namespace with an entry of its own get that, all others one of them: keep one, or limit them with exportTo",
    };
  if (!addsTo(a, b))
    return {
      what: ", with another resolution, exportTo, selector or labels",
      hint: "callers get one of them: make them alike, and their ports and endpoints add up",
    };
  const shared = (b.spec.ports ?? []).find((port) =>
    a.spec.ports?.some((each) => each.number === port.number && each.name !== port.name),
  );
  if (shared !== undefined)
    return {
      what: ` on port ${shared.number}, under another name`,
      hint: "callers get the older one's port: give both one name",
    };
  return undefined;
}
