import { applicationPorts } from "#core/check/application-ports.ts";
import type { CheckContext } from "#core/check/context.ts";
import type { Finding, ResourceCheck } from "#core/check/rule.ts";
import { selectedWorkloads } from "#core/check/selected-workloads.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import type { ForWorkloads } from "#core/resolve/policy-scope.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";

/** Policies name the ports on which applications listen, not those under which services are called. */
export const policyPort: ResourceCheck = {
  code: "policy-port-not-found",
  summary:
    "A policy names a port on which no selected workload listens, often the service's port instead of the application's.",
  each: findUnknown,
};

function findUnknown(policy: AnyResource, context: CheckContext): Finding[] {
  const definition: KindDefinition = KINDS[policy.kind];
  const named = definition.applicationPorts?.(policy.spec) ?? [];
  if (named.length === 0) return [];
  const { hosts } = context;
  const workloads = selectedWorkloads(policy as ForWorkloads, context);
  const known = applicationPorts(workloads);
  if (known === undefined) return [];
  const isOfService = (port: number): boolean =>
    workloads.some(({ namespace: of, labels: own }) =>
      hosts.selecting(of, own).some(({ ports }) => ports.some(({ number }) => number === port)),
    );
  return named
    .filter(({ port }) => !known.includes(port))
    .map(({ port, path }) => ({
      severity: "warning",
      resource: formatRef(refOf(policy)),
      path,
      message: isOfService(port)
        ? `${port} is a port of the service, and policies name ports of applications: none listens on ${port}`
        : `none of the selected workloads listens on ${port}`,
      hint: `they listen on ${known.join(", ")}`,
    }));
}
