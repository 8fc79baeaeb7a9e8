import type { WorkloadProbe } from "#core/kinds/workload-group/schema.ts";
import type { Probe, ProbeQuestion } from "#core/model/probe.ts";
import type { Resource } from "#core/resource/resource.ts";

/** How the instances of a group are asked; undefined where it says nothing. */
export function probeOfGroup({ spec }: Resource<"WorkloadGroup">): Probe | undefined {
  return spec.probe === undefined ? undefined : declareProbe(spec.probe);
}

/** As Istio reads it: what is left out or 0 is Kubernetes' default. */
export function declareProbe(probe: WorkloadProbe): Probe {
  return {
    question: questionOf(probe),
    initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

function questionOf({ httpGet, tcpSocket, grpc }: WorkloadProbe): ProbeQuestion | undefined {
  if (httpGet !== undefined) {
    const { host, port, scheme, path = "/", httpHeaders = [] } = httpGet;
    const headers = httpHeaders.map(({ name = "", value = "" }) => ({ name, value }));
    return { kind: "http", host, port, isTls: scheme === "HTTPS", path, headers };
  }
  if (tcpSocket !== undefined) return { kind: "tcp", host: tcpSocket.host, port: tcpSocket.port };
  return grpc === undefined ? undefined : { kind: "grpc", port: grpc.port, service: grpc.service ?? "" };
}
