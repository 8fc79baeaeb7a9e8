import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { SidecarSpec } from "#core/kinds/sidecar/schema.ts";
import { validateIngress } from "#core/kinds/sidecar/validate-ingress.ts";
import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import { checkHostName } from "#core/schema/host-name.ts";

export function validateSidecar(spec: SidecarSpec): Diagnostic[] {
  const { ingress = [], egress = [], inboundConnectionPool, outboundTrafficPolicy, workloadSelector } = spec;
  const issues: Diagnostic[] = [];
  if (
    ingress.length + egress.length === 0 &&
    inboundConnectionPool === undefined &&
    outboundTrafficPolicy === undefined
  )
    issues.push(
      errorAt(
        ["spec"],
        "empty",
        "the Sidecar says nothing",
        "set ingress, egress, outboundTrafficPolicy or inboundConnectionPool",
      ),
    );
  if (workloadSelector !== undefined && Object.keys(workloadSelector.labels ?? {}).length === 0)
    issues.push(
      warningAt(
        ["spec", "workloadSelector"],
        "empty",
        "the selector is empty: the Sidecar is for every workload of its namespace",
        "leave it out, or name labels",
      ),
    );
  if (
    inboundConnectionPool !== undefined &&
    inboundConnectionPool.tcp === undefined &&
    inboundConnectionPool.http === undefined
  )
    issues.push(errorAt(["spec", "inboundConnectionPool"], "empty", "the connection pool is empty: set tcp or http"));
  if (outboundTrafficPolicy?.egressProxy !== undefined)
    issues.push(...validateProxy(outboundTrafficPolicy.mode, outboundTrafficPolicy.egressProxy));
  issues.push(...validateIngress(ingress));
  egress.forEach(({ port, bind, captureMode }, index) => {
    const path = ["spec", "egress", index];
    if (port === undefined && index < egress.length - 1)
      issues.push(
        errorAt(
          path,
          "conflicting-fields",
          "only the last listener may be without a port, and only one",
          "write its hosts into the last one, or set port",
        ),
      );
    if (port === undefined && (bind !== undefined || captureMode === "NONE"))
      issues.push(errorAt(path, "needs-field", "a listener of its own needs a port", "set port"));
    if (port !== undefined && egress.findIndex((each) => each.port?.number === port.number) < index)
      issues.push(
        errorAt([...path, "port", "number"], "duplicate-value", `port ${port.number} appears twice`, "remove one"),
      );
  });
  for (const [index, { hosts }] of egress.entries()) issues.push(...validateHosts(hosts, index));
  return issues;
}

function validateHosts(hosts: readonly string[], listener: number): Diagnostic[] {
  return hosts.flatMap((host, index) => {
    const path = ["spec", "egress", listener, "hosts", index];
    if (hosts.indexOf(host) < index) return [warningAt(path, "duplicate-value", `${host} appears twice`, "remove one")];
    if (hosts.includes("*/*") && host !== "*/*" && !host.startsWith("~"))
      return [warningAt(path, "no-effect", `*/* imports ${host} already`, "remove */*, or this one")];
    return [];
  });
}

function validateProxy(mode: string | undefined, { host, port }: Destination): Diagnostic[] {
  const path = ["spec", "outboundTrafficPolicy", "egressProxy"];
  const issues: Diagnostic[] = [];
  if (mode !== "ALLOW_ANY")
    issues.push(
      errorAt(
        path,
        "conflicting-fields",
        `calls to what the mesh does not know are refused by the mode ${mode ?? "REGISTRY_ONLY"}, and none is sent to egressProxy`,
        "set mode: ALLOW_ANY",
      ),
    );
  if (port === undefined)
    issues.push(
      errorAt(path, "missing-field", "port is missing: nobody says which one calls come to", "set port.number"),
    );
  const why = checkHostName(host);
  if (why !== undefined)
    issues.push(
      errorAt(
        [...path, "host"],
        "bad-value",
        `${host} is no whole name of a service`,
        "such as egress.istio-system.svc.cluster.local",
      ),
    );
  return issues;
}
