import type { EachCheck, Finding } from "#core/check/rule.ts";
import { selectedLabels } from "#core/resolve/policy-scope.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Ports are answered only where `ingress` names them: callers of the others are refused by workloads that run. */
export const sidecarPort: EachCheck<"Sidecar"> = {
  code: "sidecar-port-not-answered",
  summary: "The ingress of a Sidecar leaves out a port of a service whose workloads it selects: nobody answers there.",
  each(sidecar, context): Finding[] {
    const { ingress = [] } = sidecar.spec;
    const labels = selectedLabels(sidecar);
    if (ingress.length === 0 || labels === undefined) return [];
    const { namespace } = sidecar.metadata;
    const answered = new Set(ingress.map(({ port }) => port.number));
    const missing = new Map<string, string>();
    const instances = new Map(
      context.instances.flatMap((each) => (each.namespace === namespace ? [[each.name, each] as const] : [])),
    );
    for (const workload of context.select(labels, namespace)) {
      const own = workload.standing === "registered" ? instances.get(workload.name ?? "") : undefined;
      for (const { host, ports } of context.services.servicesSelecting(namespace, workload.labels))
        for (const { name, number, targetPort } of ports) {
          const registered = own?.ports.find((each) => each.name === name)?.inboundPort;
          // Instances of a group say themselves where they listen.
          if (workload.standing === "expected" && workload.ports[name] === undefined) continue;
          const at = registered ?? workload.ports[name] ?? targetPort ?? number;
          if (!answered.has(at)) missing.set(`${host}:${number}`, String(at));
        }
    }
    return [...missing].map(([service, at]) => ({
      severity: "warning",
      resource: formatRef(refOf(sidecar)),
      path: ["spec", "ingress"],
      message: `${service} comes to port ${at} of these workloads, and no listener answers there`,
      hint: `name port ${at}, or take it out of the service`,
    }));
  },
};
