import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { WorkloadProbe } from "#core/kinds/workload-group/schema.ts";
import { readMessage } from "#grpc/read-message.ts";
import {
  type ApplicationProbeSchema,
  DeregisterRequestSchema,
  DeregisterResponseSchema,
  Health,
  RegisterRequestSchema,
  RegisterResponseSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Registrant, Registration } from "#server/registry/admit-instance.ts";
import type { Registry } from "#server/registry/registry.ts";

const HEALTH = {
  [Health.HEALTH_UNSPECIFIED]: "unknown",
  [Health.HEALTHY]: "healthy",
  [Health.UNHEALTHY]: "unhealthy",
  [Health.DRAINING]: "draining",
} as const satisfies Record<Health, Registration["health"]>;

const HERE = "127.0.0.1";

/** AgentService/Register: bytes in, bytes out; the identity is the caller's certificate's, the address its connection's. */
export async function handleRegister(
  registry: Registry,
  trustDomain: string,
  bytes: Uint8Array,
  caller: Registrant,
): Promise<Uint8Array> {
  const request = readMessage(RegisterRequestSchema, bytes);
  const { instance, probe } = await registry.register(
    {
      namespace: request.namespace,
      name: request.name,
      group: request.group,
      labels: request.labels,
      serviceAccount: request.serviceAccount,
      address: request.address,
      ports: request.ports.map(({ name, appPort, inboundPort }) => ({ name, appPort, inboundPort })),
      health: HEALTH[request.health] ?? "unknown",
      unhealthyReason: request.unhealthyReason,
      locality: request.locality,
      weight: request.weight,
      sentAtMs: Number(request.sentAtMs),
      problems: request.problems,
      fileProblems: request.fileProblems.map((each) => ({ ...each, endedAtMs: Number(each.endedAtMs) })),
    },
    caller,
  );
  return toBinary(
    RegisterResponseSchema,
    create(RegisterResponseSchema, {
      trustDomain,
      workload: instance.workload,
      labels: { ...instance.labels },
      serverTimeMs: BigInt(Date.now()),
      ...(probe === undefined ? {} : { probe: describeProbe(probe) }),
    }),
  );
}

/** As Istio reads it: the application is asked beside its agent, and what is left out or 0 is Kubernetes' default. */
export function describeProbe(probe: WorkloadProbe): MessageInitShape<typeof ApplicationProbeSchema> {
  return {
    question: describeQuestion(probe),
    initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

function describeQuestion({
  httpGet,
  tcpSocket,
  grpc,
}: WorkloadProbe): NonNullable<MessageInitShape<typeof ApplicationProbeSchema>["question"]> {
  if (httpGet !== undefined) {
    const { host = HERE, port, scheme, path = "/", httpHeaders = [] } = httpGet;
    const headers = httpHeaders.map(({ name = "", value = "" }) => ({ name, value }));
    return { case: "http", value: { host, port, isTls: scheme === "HTTPS", path, headers } };
  }
  if (tcpSocket !== undefined) return { case: "tcp", value: { host: tcpSocket.host ?? HERE, port: tcpSocket.port } };
  if (grpc !== undefined) return { case: "grpc", value: { port: grpc.port, service: grpc.service ?? "" } };
  return { case: undefined };
}

/** AgentService/Deregister. */
export async function handleDeregister(registry: Registry, bytes: Uint8Array, caller: Registrant): Promise<Uint8Array> {
  const { namespace, name } = readMessage(DeregisterRequestSchema, bytes);
  await registry.deregister(namespace, name, caller);
  return toBinary(DeregisterResponseSchema, create(DeregisterResponseSchema));
}
