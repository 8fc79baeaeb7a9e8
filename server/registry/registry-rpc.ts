import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Probe, ProbeQuestion } from "#core/model/probe.ts";
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
import { describeStart } from "#server/registry/describe-start.ts";
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
  const { instance, probe, start } = await registry.register(
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
      settingsNotes: request.settingsNotes,
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
      ...(start === undefined ? {} : { start: describeStart(start) }),
    }),
  );
}

/** As agents are told. */
export function describeProbe({ question, ...times }: Probe): MessageInitShape<typeof ApplicationProbeSchema> {
  return { ...times, question: question === undefined ? { case: undefined } : describeQuestion(question) };
}

/** The application is asked beside its agent where no host is named. */
function describeQuestion(
  question: ProbeQuestion,
): NonNullable<MessageInitShape<typeof ApplicationProbeSchema>["question"]> {
  switch (question.kind) {
    case "http": {
      const { host = HERE, port, isTls, path } = question;
      return { case: "http", value: { host, port, isTls, path, headers: [...question.headers] } };
    }
    case "tcp":
      return { case: "tcp", value: { host: question.host ?? HERE, port: question.port } };
    case "grpc":
      return { case: "grpc", value: { port: question.port, service: question.service } };
  }
}

/** AgentService/Deregister. */
export async function handleDeregister(registry: Registry, bytes: Uint8Array, caller: Registrant): Promise<Uint8Array> {
  const { namespace, name } = readMessage(DeregisterRequestSchema, bytes);
  await registry.deregister(namespace, name, caller);
  return toBinary(DeregisterResponseSchema, create(DeregisterResponseSchema));
}
