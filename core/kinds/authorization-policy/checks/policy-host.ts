import type { CheckContext } from "#core/check/context.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
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
function isKnown(written: string, namespace: string, context: CheckContext): boolean {
  const name = written.replace(/:\d+$/, "").toLowerCase();
  if (name.includes("*") || /^[\d.]+$/.test(name) || name.startsWith("[") || name === "localhost") return true;
  return (
    hostForms(name, namespace, context.mesh.domainSuffix).some((form) => context.hosts.has(form)) ||
    context.isRouted(name)
  );
}
