import { createHash } from "node:crypto";
import { totalmem } from "node:os";
import type { AgentConfig } from "#mesh-agent/config.ts";
import { BootstrapFile } from "#mesh-agent/envoy/bootstrap-file.ts";
import { buildBootstrap } from "#mesh-agent/envoy/build-bootstrap.ts";
import type { EnvoyCommand } from "#mesh-agent/envoy/envoy-process.ts";
import type { FoundEnvoy } from "#mesh-agent/envoy/find-envoy.ts";
import type { EnvoySettings } from "#mesh-agent/envoy/host-settings.ts";
import type { AgentPaths } from "#mesh-agent/paths.ts";
import type { NodeJson } from "#mesh-agent/xds/describe-node.ts";

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
  readonly bootstrap: BootstrapFile;
}

/**
 * Writes the bootstrap and says how Envoy is started. The fingerprint leaves the node out: the relay tells the control
 * plane the node as it is now, so an Envoy with an old one can be taken back.
 */
export function prepareEnvoy(
  envoy: FoundEnvoy,
  config: AgentConfig,
  paths: AgentPaths,
  node: NodeJson,
  settings: EnvoySettings,
): PreparedEnvoy {
  const bootstrap = buildBootstrap(node, paths, {
    maxHeapBytes: config.maxHeapMb === undefined ? defaultHeapBytes() : config.maxHeapMb * MIB,
    maxConnections: config.maxConnections,
    isGateway: config.nodeType === "router",
    runtime: settings.runtime,
    stats: settings.stats,
  });
  const text = `${JSON.stringify(bootstrap, null, 2)}\n`;
  const file = new BootstrapFile(paths.bootstrap, text);
  const options = [
    ...["--concurrency", String(settings.concurrency)],
    "--disable-hot-restart",
    // A refused caller, a changed policy: connections move to the new listener with their next answer, not within minutes.
    ...["--drain-strategy", "immediate", "--drain-time-s", String(settings.drainSeconds)],
    ...["--file-flush-interval-msec", String(settings.flushMs)],
    ...["--file-flush-min-size-kb", String(settings.flushKb)],
    ...["--log-path", paths.envoyLog, "--log-level", "warning"],
  ];
  // JSON is YAML, and holds no secret.
  const from = file.problem === undefined ? ["--config-path", paths.bootstrap] : ["--config-yaml", text];
  const hash = createHash("sha256").update(
    JSON.stringify([
      envoy,
      ["--config-path", paths.bootstrap, ...options],
      { ...bootstrap, node: null },
      settings.environment,
    ]),
  );
  return {
    command: {
      path: envoy.path,
      args: [...from, ...options],
      environment: settings.environment,
      logFile: paths.envoyLog,
    },
    fingerprint: hash.digest("hex").slice(0, 32),
    bootstrap: file,
  };
}
