import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "#node/free-port.ts";
import { findTestEnvoy } from "#testing/find-test-envoy.ts";
import { RealMesh } from "#testing/real-mesh.ts";
import { makeSigners, signToken } from "#testing/sign-token.ts";
import { Cleanup, envoyPid, eventually, startAgent, startApp, temporaryDir } from "#testing/test-agent.ts";
import { type Guard, guardPolicies } from "./dataplane/guard.ts";
import { minimalEnvoy } from "./dataplane/minimal-pair.ts";
import { cpuSeconds } from "./process-usage.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const PREFIX = "/ratings/";
const MESH = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ratings, namespace: default }
spec: { hosts: [ratings.default.svc.cluster.local], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 9080, name: http, protocol: HTTP }], workloadSelector: { labels: { app: ratings } } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ratings, namespace: default }
spec: { metadata: { labels: { app: ratings } }, template: { serviceAccount: ratings } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: client, namespace: default }
spec: { metadata: { labels: { app: client } }, template: { serviceAccount: client } }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: default, namespace: istio-system }
spec: { tracing: [{ randomSamplingPercentage: 0 }] }
`;

interface Pair {
  readonly name: string;
  readonly port: number;
  readonly pids: readonly [client: number, server: number];
}

interface Sample {
  readonly requestsPerSecond: number;
  readonly micros: readonly [client: number, server: number];
}

const sumOf = ({ micros: [client, server] }: Sample): number => client + server;

async function measure(
  { name, port, pids }: Pair,
  token: string,
  connections: string,
  seconds: string,
): Promise<Sample> {
  const before = pids.map(cpuSeconds);
  const args = ["-t", "1", "-c", connections, "-d", `${seconds}s`, "-H", `authorization: Bearer ${token}`];
  const { stdout } = await promisify(execFile)("wrk", [...args, `http://127.0.0.1:${port}${PREFIX}0`]);
  const after = pids.map(cpuSeconds);
  const [, requests = "0", took = "1"] = /(\d+) requests in ([\d.]+)s/.exec(stdout) ?? [];
  if (requests === "0" || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`${name}: ${stdout}`);
  const micros = (index: 0 | 1): number => (((after[index] ?? 0) - (before[index] ?? 0)) / Number(requests)) * 1e6;
  return { requestsPerSecond: Number(requests) / Number(took), micros: [micros(0), micros(1)] };
}

/** Who has no token, whose is of nobody, and who asks for something else. */
async function refusals(port: number, token: string): Promise<readonly number[]> {
  const ask = async (path: string, headers: Record<string, string>, method = "GET"): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })).status;
  const authorization = `Bearer ${token}`;
  return [
    await ask(`${PREFIX}0`, { authorization }),
    await ask(`${PREFIX}0`, {}),
    await ask(`${PREFIX}0`, { authorization: `${authorization}x` }),
    await ask("/other", { authorization }),
    await ask(`${PREFIX}0`, { authorization }, "POST"),
  ];
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** CPU per request through two Envoys over mTLS, the called one with a token to check and a policy: Pharos' and a minimal pair, in turns. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { connections: "16", seconds: "2", rounds: "15", "no-guard": false });
  const cleanup = new Cleanup();
  try {
    const signer = makeSigners().rsa;
    const issuer = "https://issuer.test";
    const guard: Guard = {
      issuer,
      jwks: JSON.stringify({ keys: [signer.jwk] }),
      principal: "cluster.local/ns/default/sa/client",
      prefix: PREFIX,
    };
    const token = signToken({ iss: issuer, sub: "ann", exp: Math.floor(Date.now() / 1000) + 86_400 }, signer);
    const isGuarded = !values["no-guard"];
    const mesh = await RealMesh.open(isGuarded ? `${MESH}---${guardPolicies("ratings", guard)}` : MESH);
    cleanup.add(() => mesh.stop());
    const [app, inbound, outbound, client, server] = [
      await startApp(cleanup),
      ...(await Promise.all([freePort(), freePort(), freePort(), freePort()])),
    ] as [number, number, number, number, number];
    const dirs = { ratings: temporaryDir(cleanup), client: temporaryDir(cleanup), minimal: temporaryDir(cleanup) };
    startAgent(cleanup, {
      dir: dirs.ratings,
      name: "ratings-0",
      serviceAccount: "ratings",
      group: "ratings",
      tracing: false,
      token: mesh.makeToken("ratings"),
      ports: [{ name: "http", appPort: app, inboundPort: inbound }],
    });
    startAgent(cleanup, {
      dir: dirs.client,
      name: "client-0",
      serviceAccount: "client",
      group: "client",
      tracing: false,
      token: mesh.makeToken("client"),
      outbound: [{ host: "ratings", port: 9080, bindPort: outbound }],
    });
    const envoy = await findTestEnvoy();
    const identities = { client: await mesh.issue("client"), server: await mesh.issue("ratings") };
    const start = (name: "client" | "server", listen: number, upstream: number): number => {
      const identity = identities[name];
      const files = { cert: "cert.pem", key: "key.pem", roots: "roots.pem" } as const;
      const at = (what: keyof typeof files): string => {
        const path = join(dirs.minimal, `${name}-${files[what]}`);
        writeFileSync(path, String(identity[what]));
        return path;
      };
      const side = name === "client" ? "Upstream" : "Downstream";
      const config = minimalEnvoy(
        dirs.minimal,
        name,
        listen,
        upstream,
        { cert: at("cert"), key: at("key"), roots: at("roots") },
        side,
        name === "server" && isGuarded ? guard : undefined,
      );
      const file = join(dirs.minimal, `${name}.json`);
      writeFileSync(file, JSON.stringify(config));
      const flags = ["-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"];
      const child = spawn(envoy, flags, { stdio: "inherit" });
      cleanup.add(() => void child.kill("SIGKILL"));
      return child.pid ?? 0;
    };
    const minimal: Pair = {
      name: "a minimal pair",
      port: client,
      pids: [start("client", client, server), start("server", server, app)],
    };
    const expected = isGuarded ? "200,403,401,403,403" : "200,200,200,200,200";
    const answer = async (port: number) => ((await refusals(port, token)).join(",") === expected ? true : undefined);
    await eventually("Pharos' pair lets in whom it should, and nobody else", () => answer(outbound));
    await eventually("the minimal pair lets in whom it should, and nobody else", () => answer(client));
    const pharos: Pair = {
      name: "Pharos",
      port: outbound,
      pids: [envoyPid(dirs.client) ?? 0, envoyPid(dirs.ratings) ?? 0],
    };
    const of = async (pair: Pair, seconds = values.seconds): Promise<Sample> =>
      await measure(pair, token, values.connections, seconds);
    for (const pair of [minimal, pharos]) await of(pair, "1");
    const samples: { readonly pharos: Sample; readonly minimal: Sample }[] = [];
    // In turns, and each first as often.
    for (let round = 0; round < Number(values.rounds); round += 1) {
      if (round % 2 === 0) samples.push({ pharos: await of(pharos), minimal: await of(minimal) });
      else {
        const first = await of(minimal);
        samples.push({ pharos: await of(pharos), minimal: first });
      }
    }
    const figure = (what: (sample: Sample) => number) =>
      (["pharos", "minimal"] as const).map((side) => median(samples.map((each) => what(each[side]))));
    const ratio = median(samples.map((each) => sumOf(each.pharos) / sumOf(each.minimal)));
    printReport(
      values.output,
      { samples, ratio },
      {
        title: `${values.rounds} rounds of ${values.seconds} s in turns, ${values.connections} connections, ${isGuarded ? "a token checked and a policy" : "no policy"}`,
        sides: [pharos.name, minimal.name],
        rows: [
          { what: "caller's Envoy, µs of CPU a request", values: figure(({ micros: [mine] }) => mine) },
          { what: "called Envoy, µs of CPU a request", values: figure(({ micros: [, mine] }) => mine) },
          { what: "both, µs of CPU a request", values: figure(sumOf) },
          { what: "requests a second", values: figure(({ requestsPerSecond }) => requestsPerSecond) },
        ],
        notes: [`ratio of CPU, the median of the rounds': ${ratio.toFixed(3)}`],
      },
    );
  } finally {
    await cleanup.run();
  }
}
