import { applicationPorts } from "#core/check/application-ports.ts";
import type { CheckContext } from "#core/check/context.ts";
import type { CheckRule, Finding } from "#core/check/rule.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** Policies name the ports on which applications listen, not those under which services are called. */
export const policyPort: CheckRule = {
  code: "policy-port-not-found",
  summary:
    "A policy names a port on which no selected workload listens, often the service's in place of the application's.",
  check: (context) => [
    ...context
      .of("PeerAuthentication")
      .flatMap((policy) =>
        Object.keys(policy.spec.portLevelMtls ?? {}).flatMap((port) =>
          findUnknown(context, policy, Number(port), ["spec", "portLevelMtls", port]),
        ),
      ),
    ...context
      .of("AuthorizationPolicy")
      .flatMap((policy) =>
        (policy.spec.rules ?? []).flatMap((rule, index) =>
          (rule.to ?? []).flatMap(({ operation }, position) =>
            (operation?.ports ?? []).flatMap((port, place) =>
              findUnknown(context, policy, Number(port), [
                "spec",
                "rules",
                index,
                "to",
                position,
                "operation",
                "ports",
                place,
              ]),
            ),
          ),
        ),
      ),
  ],
};

function findUnknown(
  { select, snapshot, hosts }: CheckContext,
  policy: Resource<"PeerAuthentication"> | Resource<"AuthorizationPolicy">,
  port: number,
  path: Path,
): Finding[] {
  const { namespace } = policy.metadata;
  const labels = policy.spec.selector?.matchLabels ?? {};
  const workloads = select(labels, namespace === snapshot.mesh.rootNamespace ? undefined : namespace);
  const known = applicationPorts(workloads);
  if (known === undefined || known.includes(port)) return [];
  const isOfService = workloads.some(({ namespace: where, labels: own }) =>
    hosts.selecting(where, own).some(({ spec }) => (spec.ports ?? []).some(({ number }) => number === port)),
  );
  return [
    {
      severity: "warning",
      resource: formatRef(refOf(policy)),
      path,
      message: isOfService
        ? `${port} is a port of the service, and policies name ports of applications: none listens on ${port}`
        : `none of the selected workloads listens on ${port}`,
      hint: `they listen on ${known.join(", ")}`,
    },
  ];
}
