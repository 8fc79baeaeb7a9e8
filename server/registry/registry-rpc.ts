import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  DeregisterRequestSchema,
  DeregisterResponseSchema,
  Health,
  RegisterRequestSchema,
  RegisterResponseSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { RegistrantIdentity, Registration, Registry } from "#server/registry/registry.ts";

const HEALTH = {
  [Health.HEALTH_UNSPECIFIED]: "healthy",
  [Health.HEALTHY]: "healthy",
  [Health.UNHEALTHY]: "unhealthy",
  [Health.DRAINING]: "draining",
} as const satisfies Record<Health, Registration["health"]>;

/** AgentService/Register: bytes in, bytes out; the identity is the caller's certificate's. */
export async function handleRegister(
  registry: Registry,
  trustDomain: string,
  bytes: Uint8Array,
  identity: RegistrantIdentity,
): Promise<Uint8Array> {
  const request = fromBinary(RegisterRequestSchema, bytes);
  const instance = await registry.register(
    {
      namespace: request.namespace,
      name: request.name,
      group: request.group,
      labels: request.labels,
      serviceAccount: request.serviceAccount,
      address: request.address,
      ports: request.ports.map(({ name, appPort, inboundPort }) => ({ name, appPort, inboundPort })),
      health: HEALTH[request.health] ?? "healthy",
      locality: request.locality,
      weight: request.weight,
    },
    identity,
  );
  return toBinary(
    RegisterResponseSchema,
    create(RegisterResponseSchema, { trustDomain, workload: instance.workload, labels: { ...instance.labels } }),
  );
}

/** AgentService/Deregister. */
export async function handleDeregister(
  registry: Registry,
  bytes: Uint8Array,
  identity: RegistrantIdentity,
): Promise<Uint8Array> {
  const { namespace, name } = fromBinary(DeregisterRequestSchema, bytes);
  await registry.deregister(namespace, name, identity);
  return toBinary(DeregisterResponseSchema, create(DeregisterResponseSchema));
}
