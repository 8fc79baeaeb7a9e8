import { createHash } from "node:crypto";
import { totalmem } from "node:os";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import { BootstrapFile } from "#mesh-agent/envoy/bootstrap-file.ts";
import { buildBootstrap } from "#mesh-agent/envoy/build-bootstrap.ts";
import type { EnvoyCommand } from "#mesh-agent/envoy/envoy-process.ts";
import type { FoundEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { NodeJson } from "#mesh-agent/xds/describe-node.ts";

/** Listener changes let old connections live so long; Istio's value. */
const LISTENER_DRAIN_SECONDS = 45;
/** Access-log lines reach the file, and so telemetry, at least this often. */
const FLUSH_MS = 250;

const MIB = 1_048_576;

/** Half of what this host has, or the group of processes that the agent is in. */
function defaultHeapBytes(): number {
  const constrained = process.constrainedMemory();
  const all = totalmem();
  return Math.floor(Math.min(all, constrained > 0 ? constrained : all) / 2);
}

export interface PreparedEnvoy {
  readonly command: EnvoyCommand;
  readonly fingerprint: string;
  readonly admin: AdminClient;
  readonly bootstrap: BootstrapFile;
}

/**
 * Writes the bootstrap and says how Envoy is started. The fingerprint leaves the node out: the relay tells the control
 * plane the node as it is now, so an Envoy with an old one can be taken back.
 */
export function prepareEnvoy(envoy: FoundEnvoy, config: AgentConfig, paths: AgentPaths, node: NodeJson): PreparedEnvoy {
  const bootstrap = buildBootstrap(node, paths, {
    maxHeapBytes: config.maxHeapMb === undefined ? defaultHeapBytes() : config.maxHeapMb * MIB,
    maxConnections: config.maxConnections,
    isGateway: config.nodeType === "router",
  });
  const text = `${JSON.stringify(bootstrap, null, 2)}\n`;
  const file = new BootstrapFile(paths.bootstrap, text);
  const options = [
    ...["--concurrency", String(config.concurrency)],
    "--disable-hot-restart",
    // A refused caller, a changed policy: connections move to the new listener with their next answer, not within minutes.
    ...["--drain-strategy", "immediate", "--drain-time-s", String(LISTENER_DRAIN_SECONDS)],
    ...["--file-flush-interval-msec", String(FLUSH_MS)],
    ...["--log-path", paths.envoyLog, "--log-level", "warning"],
  ];
  // JSON is YAML, and holds no secret.
  const from = file.problem === undefined ? ["--config-path", paths.bootstrap] : ["--config-yaml", text];
  const hash = createHash("sha256").update(
    JSON.stringify([envoy, ["--config-path", paths.bootstrap, ...options], { ...bootstrap, node: null }]),
  );
  return {
    command: { path: envoy.path, args: [...from, ...options], logFile: paths.envoyLog },
    fingerprint: hash.digest("hex").slice(0, 32),
    admin: new AdminClient(paths.adminSocket),
    bootstrap: file,
  };
}
