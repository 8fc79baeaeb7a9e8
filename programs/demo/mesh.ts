import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ApiClient } from "#cli/client/client.ts";
import { readChanges } from "#cli/commands/read-changes.ts";
import { formatDiagnostic } from "#cli/output/print-diagnostics.ts";
import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import { DEMO_WORKLOADS, type DemoWorkload, GATEWAY_PORT } from "#programs/demo/plan.ts";
import type { ProcessSpec } from "#programs/demo/supervisor.ts";

export interface DemoPlace {
  /** The demo's directory, absolute. */
  readonly dir: string;
  /** The package's directory. */
  readonly root: string;
  readonly node: string;
  /** What `node` runs: this program, as it runs now. */
  readonly program: string;
  readonly python: string;
  readonly envoy: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** Names of the ports a workload needs, as the ports file keeps them. */
export function portNames(workload: DemoWorkload): string[] {
  const names = workload.type === "router" ? ["admin"] : ["app", "inbound", "proxy", "admin"];
  return names.map((name) => `${workload.group}.${name}`);
}

function portOf(place: DemoPlace, workload: DemoWorkload, name: string): number {
  const port = place.ports[`${workload.group}.${name}`];
  if (port === undefined) throw new PharosError("internal", `no port was chosen for ${workload.group}.${name}`);
  return port;
}

export function appProcess(place: DemoPlace, workload: DemoWorkload): ProcessSpec | undefined {
  if (workload.app === undefined) return undefined;
  const proxy = `http://127.0.0.1:${portOf(place, workload, "proxy")}`;
  return {
    name: `${workload.group}.app`,
    command: workload.app.runtime === "node" ? place.node : place.python,
    args: [workload.app.file, "--port", String(portOf(place, workload, "app")), "--version", workload.app.version],
    env: { http_proxy: proxy, PHAROS_DEMO_DIR: place.dir },
    cwd: place.root,
    logFile: join(place.dir, "logs", `${workload.group}.app.log`),
    restartAfterMs: 1000,
  };
}

/** Writes the agent's file and says how to run it. `gateway` is the port that the ingress gateway binds. */
export function agentProcess(
  place: DemoPlace,
  workload: DemoWorkload,
  token: string,
  server: string,
  gateway: number,
): ProcessSpec {
  const dir = join(place.dir, "agents", workload.group);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const tokenFile = join(dir, "join-token");
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const isRouter = workload.type === "router";
  const config = {
    server,
    tokenFile,
    dir,
    nodeType: workload.type,
    namespace: workload.namespace,
    serviceAccount: workload.serviceAccount,
    group: workload.group,
    name: `${workload.group}-0`,
    address: "127.0.0.1",
    ports: isRouter
      ? []
      : [{ name: "http", appPort: portOf(place, workload, "app"), inboundPort: portOf(place, workload, "inbound") }],
    ...(isRouter ? { gatewayPorts: { [GATEWAY_PORT]: gateway } } : { httpProxyPort: portOf(place, workload, "proxy") }),
    adminPort: portOf(place, workload, "admin"),
    envoy: place.envoy,
  };
  const file = join(dir, "agent.yaml");
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return {
    name: `${workload.group}.agent`,
    command: place.node,
    args: [place.program, "agent", "--config", file],
    env: { PHAROS_DEMO_DIR: place.dir },
    cwd: place.root,
    logFile: join(place.dir, "logs", `${workload.group}.agent.log`),
    restartAfterMs: 1000,
  };
}

/** Applies samples/bookinfo/config, unless the store already holds something: a person's edits outlive a restart. */
export async function applySamples(api: ApiClient, root: string): Promise<void> {
  if ((await api.config.list.query({})).length > 0) return;
  const changes = readChanges([join(root, "samples/bookinfo/config")]);
  const result = await api.config.applyChanges.mutate({
    changes,
    reason: "the demo's services, workloads, mTLS and routing",
  });
  if (!hasErrors(result.diagnostics)) return;
  throw new PharosError(
    "invalid",
    `the sample configuration was refused:\n${result.diagnostics.map(formatDiagnostic).join("\n")}`,
  );
}

export async function createTokens(api: ApiClient, server: string): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  // A group that a person deleted stays deleted, and the rest of the demo starts: its agent says what is missing.
  const groups = new Set((await api.config.list.query({ kinds: ["WorkloadGroup"] })).map(({ ref }) => ref));
  for (const { group, namespace, serviceAccount } of DEMO_WORKLOADS) {
    const { token } = await api.identity.createJoinToken.mutate({
      namespace,
      serviceAccount,
      ...(groups.has(`WorkloadGroup/${namespace}/${group}`) ? { group } : {}),
      ttlSeconds: 3600,
      server,
    });
    tokens.set(group, token);
  }
  return tokens;
}
