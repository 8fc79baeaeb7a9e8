import { create, toBinary } from "@bufbuild/protobuf";
import type { FileProblem } from "#core/xds/file-problem.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { AgentConfig } from "#mesh-agent/config.ts";
import type { Uplink } from "#mesh-agent/control-plane/uplink.ts";
import {
  DeregisterRequestSchema,
  Health,
  RegisterRequestSchema,
  type RegisterResponse,
  RegisterResponseSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";

const SERVICE = "/pharos.agent.v1.AgentService";
const TIMEOUT_MS = 5000;

/** Unknown: Envoy serves, and nobody has said yet whether the application is to be asked. */
export type InstanceHealth = "healthy" | "unhealthy" | "draining" | "unknown";

const HEALTH = {
  healthy: Health.HEALTHY,
  unhealthy: Health.UNHEALTHY,
  draining: Health.DRAINING,
  unknown: Health.HEALTH_UNSPECIFIED,
} as const satisfies Record<InstanceHealth, Health>;

export interface Versions {
  readonly agent: string;
  readonly proxy: string;
}

/** How the instance is, and its host. */
export interface Condition {
  readonly versions: Versions;
  readonly health: InstanceHealth;
  readonly unhealthyReason: string;
  readonly problems: readonly string[];
  readonly fileProblems: readonly FileProblem[];
  readonly settingsNotes: readonly string[];
  /** This host's clock now. */
  readonly sentAtMs: number;
}

/** Adds or refreshes this instance. Throws what the control plane answered. */
export async function register(
  uplink: Uplink,
  config: AgentConfig,
  { versions, health, unhealthyReason, problems, fileProblems, settingsNotes, sentAtMs }: Condition,
): Promise<RegisterResponse> {
  const { namespace, name, group, labels, serviceAccount, address, ports, locality, weight } = config;
  const request = create(RegisterRequestSchema, {
    namespace,
    name,
    group,
    labels,
    serviceAccount,
    address,
    ports,
    locality,
    weight,
    agentVersion: versions.agent,
    proxyVersion: versions.proxy,
    health: HEALTH[health],
    unhealthyReason,
    problems: [...problems],
    settingsNotes: [...settingsNotes],
    fileProblems: fileProblems.map(({ endedAtMs = 0, ...problem }) => ({ ...problem, endedAtMs: BigInt(endedAtMs) })),
    sentAtMs: BigInt(sentAtMs),
  });
  return readMessage(
    RegisterResponseSchema,
    await uplink.unary(`${SERVICE}/Register`, toBinary(RegisterRequestSchema, request), TIMEOUT_MS),
  );
}

/** Takes this instance out of the mesh at once. */
export async function deregister(uplink: Uplink, { namespace, name }: AgentConfig): Promise<void> {
  const request = create(DeregisterRequestSchema, { namespace, name });
  await uplink.unary(`${SERVICE}/Deregister`, toBinary(DeregisterRequestSchema, request), TIMEOUT_MS);
}
