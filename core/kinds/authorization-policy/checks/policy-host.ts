import type { CheckContext } from "#core/check/context.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import { hostMatches } from "#core/host/host.ts";
import { hostForms } from "#core/host/host-forms.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** A host that nobody asks for makes an ALLOW rule let nobody in, and a DENY rule keep nobody out. */
export const policyHost: EachCheck<"AuthorizationPolicy"> = {
  code: "policy-host-not-found",
  kiali: "KIA0104",
  summary: "An AuthorizationPolicy names a host that no service, VirtualService or Gateway has.",
  each: (resource, context) => {
    const { namespace } = resource.metadata;
    return (resource.spec.rules ?? []).flatMap((rule, index) =>
      (rule.to ?? []).flatMap(({ operation }, position) =>
        (["hosts", "notHosts"] as const).flatMap((member) =>
          (operation?.[member] ?? []).flatMap((written, place): Finding[] => {
            if (isKnown(written, namespace, context)) return [];
            return [
              {
                severity: "warning",
                resource: formatRef(refOf(resource)),
                path: ["spec", "rules", index, "to", position, "operation", member, place],
                message: `no service, VirtualService or Gateway has the host ${written}: no request comes with it by a name of the mesh`,
                hint: "requests are held against what callers write into the Host header; name each form that they write",
              },
            ];
          }),
        ),
      ),
    );
  },
};

/** Patterns, and addresses that are called as they are, are for what comes. */
function isKnown(written: string, namespace: string, { hosts, of, mesh }: CheckContext): boolean {
  const name = written.replace(/:\d+$/, "").toLowerCase();
  if (name.includes("*") || /^[\d.]+$/.test(name) || name.startsWith("[") || name === "localhost") return true;
  if (hostForms(name, namespace, mesh.domainSuffix).some((form) => hosts.has(form))) return true;
  const routed = of("VirtualService").flatMap((each) => each.spec.hosts ?? []);
  const served = of("Gateway").flatMap(({ spec }) =>
    spec.servers.flatMap((server) => server.hosts.map((host) => host.slice(host.indexOf("/") + 1))),
  );
  // A gateway of all hosts says nothing of which there are.
  return [...routed, ...served.filter((host) => host !== "*")].some((host) => hostMatches(host, name));
}
