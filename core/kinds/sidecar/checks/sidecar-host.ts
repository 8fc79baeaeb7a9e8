import { allOf, type CheckContext } from "#core/check/context.ts";
import type { Finding, KindCheck } from "#core/check/rule.ts";
import { expandHost, hostMatches, isWildcard } from "#core/host/host.ts";
import { gatewaysOf } from "#core/resolve/virtual-service.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { parseImportedHost } from "#core/schema/imported-host.ts";
import { declareServices, SERVICE_KINDS } from "#core/sources/declare-service.ts";

/** Where a host is from: a service, or a VirtualService. */
interface Named {
  readonly namespace: string;
  readonly exportTo: readonly string[] | undefined;
}

/** A whole name that nothing in its namespace has imports nothing. Patterns may be there for what comes. */
export const sidecarHost: KindCheck<"Sidecar"> = {
  code: "sidecar-host-not-found",
  kiali: "KIA1004",
  summary:
    "A Sidecar imports a host that no service and no VirtualService of that namespace has, or none that it sees.",
  check(sidecars, context) {
    if (sidecars.length === 0) return [];
    const named = indexNames(context);
    return sidecars.flatMap((sidecar) =>
      (sidecar.spec.egress ?? []).flatMap(({ hosts }, listener) =>
        hosts.flatMap((text, index) =>
          checkHost(sidecar, text, ["spec", "egress", listener, "hosts", index], named, context),
        ),
      ),
    );
  },
};

type Context = Pick<CheckContext, "of" | "mesh">;
type Names = (host: string) => readonly Named[];

function indexNames({ of, mesh }: Context): Names {
  const exact = new Map<string, Named[]>();
  const patterns: (Named & { readonly host: string })[] = [];
  const add = (host: string, each: Named): void => {
    if (isWildcard(host)) patterns.push({ host, ...each });
    else exact.set(host, [...(exact.get(host) ?? []), each]);
  };
  for (const { hosts, namespace, exportTo } of declareServices(SERVICE_KINDS.flatMap((kind) => allOf({ of }, kind))))
    for (const host of hosts) add(host, { namespace, exportTo });
  for (const resource of of("VirtualService")) {
    const { namespace } = resource.metadata;
    // At a gateway's alone callers in the mesh find nothing.
    if (gatewaysOf(resource).includes("mesh"))
      for (const host of resource.spec.hosts ?? [])
        add(expandHost(host, namespace, mesh.domainSuffix), { namespace, exportTo: resource.spec.exportTo });
  }
  return (host) => [...(exact.get(host) ?? []), ...patterns.filter((each) => hostMatches(each.host, host))];
}

function checkHost(
  sidecar: Resource<"Sidecar">,
  text: string,
  path: Finding["path"],
  named: Names,
  { mesh }: Pick<Context, "mesh">,
): Finding[] {
  const parsed = parseImportedHost(text);
  if (parsed?.namespace === undefined || parsed.isExcluded || isWildcard(parsed.host)) return [];
  const { namespace } = parsed;
  const host = parsed.host.toLowerCase();
  const own = sidecar.metadata.namespace;
  // From the root namespace it is for callers of all of them, and `.` is that of each.
  const isForAll = own === mesh.rootNamespace;
  const seen = named(host).filter((each) => isForAll || isVisible(each.exportTo, each.namespace, own));
  const isAnywhere = namespace === "*" || (namespace === "." && isForAll);
  const meant = namespace === "." ? own : namespace;
  if (seen.some((each) => isAnywhere || each.namespace === meant)) return [];
  const [elsewhere] = seen;
  return [
    {
      severity: "warning",
      resource: formatRef(refOf(sidecar)),
      path,
      message: `there is no service ${host}${isAnywhere ? "" : ` in ${meant}`} that ${own} sees: nothing is imported`,
      hint:
        elsewhere === undefined
          ? "describe it with a ServiceEntry, or take it out"
          : `write ${elsewhere.namespace}/${host}`,
    },
  ];
}
