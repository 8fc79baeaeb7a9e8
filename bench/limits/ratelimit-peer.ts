import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "#node/free-port.ts";
import { type Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const DOMAIN = "bench";
const socket = (at: number | string) =>
  typeof at === "string" ? { pipe: { path: at } } : { socket_address: { address: "127.0.0.1", port_value: at } };

export interface RatelimitPeer {
  /** Of Envoys that ask it, each its own replica. */
  readonly ports: readonly number[];
  /** Of one that asks nobody. */
  readonly plainPort: number;
  /** Of one that asks, by a Unix socket, who lets all through. */
  readonly nothingPort: number;
  readonly pids: { readonly services: readonly number[]; readonly redis: number; readonly nothing: number };
}

/** Replicas of envoyproxy/ratelimit with one Redis, and an Envoy before each that asks it. */
export async function startPeer(
  cleanup: Cleanup,
  binaries: { readonly ratelimit: string; readonly envoy: string },
  {
    size,
    amount,
    plenty,
    appPort,
  }: { readonly size: number; readonly amount: number; readonly plenty: number; readonly appPort: number },
): Promise<RatelimitPeer> {
  const dir = temporaryDir(cleanup);
  const start = (command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(command, [...args], { env: { ...process.env, ...env }, stdio: "ignore" });
    cleanup.add(() => void child.kill("SIGKILL"));
    return child;
  };
  const redisPort = await freePort();
  const redis = start("redis-server", [
    ...["--port", String(redisPort), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir],
  ]);
  mkdirSync(join(dir, "rules/config"), { recursive: true });
  writeFileSync(
    join(dir, "rules/config/bench.yaml"),
    [
      `domain: ${DOMAIN}\ndescriptors:`,
      ...Object.entries({ plenty, scarce: amount }).map(
        ([value, units]) =>
          `  - { key: generic_key, value: ${value}, rate_limit: { unit: second, requests_per_unit: ${units} } }`,
      ),
    ].join("\n"),
  );
  const ports: number[] = [];
  const services: number[] = [];
  const startEnvoy = async (name: string, service: number | string | undefined): Promise<number> => {
    const port = await freePort();
    const file = join(dir, `${name}.json`);
    writeFileSync(file, JSON.stringify(envoyConfig(join(dir, `${name}.sock`), port, appPort, service)));
    start(binaries.envoy, ["-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"]);
    await eventually(`Envoy ${name} answers`, async () =>
      (await fetch(`http://127.0.0.1:${port}/`)).status < 500 ? true : undefined,
    );
    return port;
  };
  for (let index = 0; index < size; index += 1) {
    const [grpc, http, debug] = await Promise.all([freePort(), freePort(), freePort()]);
    const child = start(binaries.ratelimit, [], {
      ...{ RUNTIME_ROOT: dir, RUNTIME_SUBDIRECTORY: "rules", RUNTIME_WATCH_ROOT: "false", USE_STATSD: "false" },
      ...{ REDIS_SOCKET_TYPE: "tcp", REDIS_URL: `127.0.0.1:${redisPort}`, LOG_LEVEL: "error" },
      ...{ HOST: "127.0.0.1", PORT: String(http), GRPC_HOST: "127.0.0.1", GRPC_PORT: String(grpc) },
      ...{ DEBUG_HOST: "127.0.0.1", DEBUG_PORT: String(debug) },
    });
    await eventually("ratelimit is healthy", async () =>
      (await fetch(`http://127.0.0.1:${http}/healthcheck`)).ok ? true : undefined,
    );
    services.push(child.pid ?? 0);
    ports.push(await startEnvoy(`limited-${index}`, grpc));
  }
  const nothingPath = join(dir, "nothing-service.sock");
  const nothing = start(process.execPath, [join(import.meta.dirname, "do-nothing.ts"), nothingPath]);
  return {
    ports,
    plainPort: await startEnvoy("plain", undefined),
    nothingPort: await startEnvoy("nothing", nothingPath),
    pids: { services, redis: redis.pid ?? 0, nothing: nothing.pid ?? 0 },
  };
}

function envoyConfig(admin: string, port: number, appPort: number, service: number | string | undefined): object {
  const type = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;
  const limit = {
    name: "envoy.filters.http.ratelimit",
    typed_config: {
      "@type": type("filters.http.ratelimit.v3.RateLimit"),
      ...{ domain: DOMAIN, timeout: "2.5s", failure_mode_deny: true },
      rate_limit_service: { grpc_service: { envoy_grpc: { cluster_name: "ratelimit" } }, transport_api_version: "V3" },
    },
  };
  const router = {
    name: "envoy.filters.http.router",
    typed_config: { "@type": type("filters.http.router.v3.Router") },
  };
  const endpoint = (name: string, at: number | string) => ({
    cluster_name: name,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(at) } }] }],
  });
  const route = (prefix: string, value: string) => ({
    match: { prefix },
    route: { cluster: "app", rate_limits: [{ actions: [{ generic_key: { descriptor_value: value } }] }] },
  });
  const routes = [route("/scarce", "scarce"), route("/", "plenty")];
  const manager = {
    "@type": type("filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "in",
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
    http_filters: service === undefined ? [router] : [limit, router],
  };
  return {
    admin: { address: { pipe: { path: admin, mode: 384 } } },
    static_resources: {
      listeners: [
        {
          name: "in",
          address: socket(port),
          filter_chains: [
            { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] },
          ],
        },
      ],
      clusters: [
        { name: "app", type: "STATIC", load_assignment: endpoint("app", appPort) },
        ...(service === undefined
          ? []
          : [
              {
                ...{ name: "ratelimit", type: "STATIC", load_assignment: endpoint("ratelimit", service) },
                typed_extension_protocol_options: {
                  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                    "@type": type("upstreams.http.v3.HttpProtocolOptions"),
                    explicit_http_config: { http2_protocol_options: {} },
                  },
                },
              },
            ]),
      ],
    },
  };
}
