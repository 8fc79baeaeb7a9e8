import { z } from "zod";
import { describeIssues } from "#core/describe-issues.ts";
import { PharosError } from "#core/errors.ts";
import { parseJoinToken } from "#core/identity/join-token.ts";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { CaptureConfigSchema } from "#mesh-agent/capture/capture-config.ts";
import { loadRegistration } from "#mesh-agent/control-plane/registration-file.ts";
import { loadIdentity } from "#mesh-agent/identity/identity-file.ts";
import { agentFiles } from "#mesh-agent/paths.ts";
import { readToken } from "#mesh-agent/read-token.ts";

const label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be a name of lower-case letters, digits, - and .");
const port = z.int().min(1).max(65_535);

const AgentConfigSchema = z.strictObject({
  /** Control plane, "host:port". Absent: the token's. */
  server: z
    .string()
    .regex(/^.+:\d+$/, "must be host:port")
    .optional(),
  token: z.string().optional(),
  /** Read at each attempt to join: a new token in it is taken without a restart. */
  tokenFile: z.string().optional(),
  /** Where identity, last good configuration, logs and sockets are kept; made with mode 0700. */
  dir: z.string().min(1),
  nodeType: z.enum(["sidecar", "router"]).default("sidecar"),
  /** Absent, as the next two: the token's, then what the directory joined as. */
  namespace: label.optional(),
  serviceAccount: label.optional(),
  /** WorkloadGroup whose template the instance takes labels from; also what telemetry calls the workload. */
  group: z.string().optional(),
  /** Unique in the namespace. */
  name: label,
  /** At which other proxies reach this one. Empty: this host's on the way to the control plane. */
  address: z.string().default(""),
  labels: z.record(z.string(), z.string()).default({}),
  /** Service ports this instance answers: where the application listens, and where its sidecar does. */
  ports: z.array(z.strictObject({ name: z.string().min(1), appPort: port, inboundPort: port })).default([]),
  httpProxyPort: port.optional(),
  outbound: z.array(z.strictObject({ host: z.string().min(1), port, bindPort: port })).default([]),
  /** Port in the Gateway resource → port to bind. */
  gatewayPorts: z.record(z.string().regex(/^\d+$/), port).default({}),
  domain: z.string().default("cluster.local"),
  locality: z.string().default(""),
  weight: z.int().min(0).default(0),
  adminHost: z.string().default("127.0.0.1"),
  adminPort: z.int().min(0).max(65_535).default(15_020),
  /** Absent: looked for, see `findEnvoy`. */
  envoy: z.string().optional(),
  /** Worker threads of Envoy. Absent: what the control plane says, or one. */
  concurrency: z.int().min(1).max(1024).optional(),
  /** Variables of Envoy's environment; each wins over what the control plane says. */
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable"), z.string())
    .default({}),
  /** How long requests in flight may take to end when the agent is told to stop. */
  drainSeconds: z.int().min(0).max(3600).default(10),
  /** Memory of Envoy's, MiB. Absent: half of the host's. */
  maxHeapMb: z.int().min(64).max(1_048_576).optional(),
  /** Connections that Envoy takes at a time. */
  maxConnections: z.int().min(1).max(10_000_000).default(50_000),
  tracing: z.boolean().default(true),
  accessLog: z.boolean().default(true),
  /** Absent: applications call through the forward proxy, or listeners of their own. */
  capture: CaptureConfigSchema.optional(),
});

export interface AgentConfig extends z.infer<typeof AgentConfigSchema> {
  namespace: string;
  serviceAccount: string;
  group: string;
}
export type AgentConfigInput = z.input<typeof AgentConfigSchema>;

/** Whom an earlier start in this directory joined as: a token is for the first one. */
function readJoined(dir: string): Pick<AgentConfig, "namespace" | "serviceAccount" | "group"> | undefined {
  const { identity, registration } = agentFiles(dir);
  const joined = parseSpiffeId(loadIdentity(identity)?.identity.spiffeId ?? "");
  if (joined === undefined) return undefined;
  const { namespace, serviceAccount } = joined;
  return { namespace, serviceAccount, group: loadRegistration(registration, () => undefined)?.group ?? "" };
}

/** Throws "invalid" for what cannot be where traffic is captured. */
function refuseBesideCapture({ capture, nodeType, httpProxyPort, ports }: z.infer<typeof AgentConfigSchema>): void {
  if (capture === undefined) return;
  const refuse = (what: string, hint: string): never => {
    throw new PharosError("invalid", `the agent's configuration is wrong: ${what}`, { hint });
  };
  if (nodeType === "router") refuse("capture is for applications, and nodeType router has none", "leave out capture");
  if (httpProxyPort !== undefined)
    refuse("httpProxyPort has no use where traffic is captured", "leave out httpProxyPort (--http-proxy-port)");
  const moved = ports.find(({ appPort, inboundPort }) => appPort !== inboundPort);
  if (moved !== undefined)
    refuse(
      `the inbound port of ${moved.name} must be ${moved.appPort}, the application's own, where traffic is captured`,
      `write --port ${moved.name}:${moved.appPort}`,
    );
}

/** What is not said comes from the join token, or else from how this directory joined. Throws "invalid", naming each field that is wrong. */
export function parseAgentConfig(input: unknown): AgentConfig {
  const result = AgentConfigSchema.safeParse(input);
  if (result.success) {
    const { data } = result;
    refuseBesideCapture(data);
    const text = readToken(data);
    const known = text === undefined ? readJoined(data.dir) : parseJoinToken(text);
    return {
      ...data,
      namespace: data.namespace ?? known?.namespace ?? "default",
      serviceAccount: data.serviceAccount ?? known?.serviceAccount ?? "default",
      group: data.group ?? known?.group ?? "",
    };
  }
  throw new PharosError("invalid", `the agent's configuration is wrong: ${describeIssues(result.error)}`, {
    hint: "settings stand in the file of --config, or on the command line: `pharos agent --help`",
  });
}
