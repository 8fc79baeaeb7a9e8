// Agents that report as the real one does, in a process of their own so that the server can be measured apart. Reads commands as lines
// of JSON, answers each with a line of JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { Identity } from "#mesh-agent/identity/identity.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { encodeCounts, encodeExtras, encodeReport } from "#mesh-agent/telemetry/encode-report.ts";
import { FIRST_INTERVAL_MS, foldUntilMs, nextFoldMs, sendDelayMs } from "#mesh-agent/telemetry/report-times.ts";
import {
  Health,
  RegisterRequestSchema,
  ReportResponseSchema,
  type RequestWindow,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { AgentWindows } from "./agent-windows.ts";
import { inboundPortOf, type MeshSize, NAMESPACE, nameOf } from "./mesh-of-agents.ts";
import { addWindow, type Sums } from "./sums.ts";

const AGENT = "/pharos.agent.v1.AgentService";
const AT_ONCE = 32;
const CALL_TIMEOUT_MS = 60_000;
/** As agents do: whoever is not heard for a minute is taken out, which is work of another kind. */
const HEARTBEAT_MS = 10_000;

export interface Told {
  readonly sums: Sums;
  readonly reports: number;
  readonly rows: number;
  readonly requests: number;
  readonly samples: number;
  /** What was not acknowledged at once, and what the server would not count. */
  readonly troubles: readonly string[];
  /** From the call to its answer. */
  readonly answerMs: { readonly median: number; readonly p99: number };
  readonly bytes: number;
}

const { values } = parseArgs({
  options: {
    address: { type: "string", default: "" },
    services: { type: "string", default: "1" },
    calls: { type: "string", default: "1" },
    replicas: { type: "string", default: "1" },
    /** One a line, one for each service. */
    tokens: { type: "string", default: "" },
  },
});
const size: MeshSize = {
  services: Number(values.services),
  calls: Number(values.calls),
  replicas: Number(values.replicas),
};
const { address } = values;

let untilMs = Number.POSITIVE_INFINITY;
const sums: Sums = {};
let figures = { reports: 0, rows: 0, requests: 0, samples: 0, bytes: 0 };
let answers: number[] = [];
const troubles = new Set<string>();

/** The loop of one agent: folds, sends, waits for as long as it is told; a report that is not acknowledged is sent again. */
async function report(index: number, client: GrpcClient): Promise<void> {
  const agent = new AgentWindows(index, size);
  const instance = `${NAMESPACE}/${nameOf(Math.floor(index / size.replicas))}-${index}`;
  let intervalMs = FIRST_INTERVAL_MS;
  const share = Math.random();
  // Agents start when their hosts do.
  await delay(share * intervalMs);
  let fromMs = Date.now();
  let sequence = 0;
  for (;;) {
    // The last of them is told before the end is.
    if (fromMs >= untilMs) return;
    await delay(nextFoldMs(Date.now(), intervalMs) - Date.now());
    const createdMs = Math.min(Date.now(), untilMs);
    const toMs = Date.now() < untilMs ? foldUntilMs(createdMs, intervalMs) : untilMs;
    if (toMs <= fromMs) continue;
    const windows = agent.between(fromMs, toMs);
    const samples = agent.samples(createdMs);
    fromMs = toMs;
    sequence += 1;
    await delay(sendDelayMs(intervalMs, share));
    const requests = windows.reduce((sum, { count }) => sum + Number(count), 0);
    const entry = {
      sequence,
      createdMs,
      counts: encodeCounts(windows, []),
      extras: encodeExtras(samples, []),
      requests,
    };
    intervalMs = (await send(client, instance, index, entry)) || intervalMs;
    count(windows, samples.length, requests);
  }
}

async function send(
  client: GrpcClient,
  instance: string,
  index: number,
  entry: Parameters<typeof encodeReport>[2],
): Promise<number> {
  for (;;) {
    try {
      const bytes = encodeReport(`store-${index}`, instance, entry, Date.now());
      const before = performance.now();
      const answer = readMessage(
        ReportResponseSchema,
        await client.unary(`${AGENT}/Report`, bytes, { timeoutMs: CALL_TIMEOUT_MS }),
      );
      answers.push(performance.now() - before);
      figures.bytes += bytes.length;
      for (const why of answer.refused) troubles.add(why);
      if (Number(answer.acknowledgedSequence) >= entry.sequence) return answer.reportIntervalMs;
      troubles.add(`report ${entry.sequence} was answered with ${answer.acknowledgedSequence}`);
    } catch (error) {
      troubles.add(String(error).replaceAll(/\d+/g, "N"));
    }
    await delay(1000);
  }
}

function count(windows: readonly RequestWindow[], samples: number, requests: number): void {
  for (const window of windows) addWindow(sums, window);
  figures = {
    ...figures,
    reports: figures.reports + 1,
    rows: figures.rows + windows.length,
    requests: figures.requests + requests,
    samples: figures.samples + samples,
  };
}

async function open(index: number, identity: Identity): Promise<GrpcClient> {
  const { keyPem: key, chainPem: cert, rootsPem: roots, spiffeId } = identity;
  const client = await connectGrpc({ address, tls: { key, cert, roots } }, CALL_TIMEOUT_MS);
  const name = nameOf(Math.floor(index / size.replicas));
  const register = async (): Promise<void> => {
    const registration = create(RegisterRequestSchema, {
      namespace: NAMESPACE,
      name: `${name}-${index}`,
      group: name,
      serviceAccount: spiffeId.split("/").at(-1) ?? "",
      address: "127.0.0.1",
      ports: [{ name: "http", appPort: 8080, inboundPort: inboundPortOf(index) }],
      health: Health.HEALTHY,
      sentAtMs: BigInt(Date.now()),
    });
    const bytes = toBinary(RegisterRequestSchema, registration);
    await client.unary(`${AGENT}/Register`, bytes, { timeoutMs: CALL_TIMEOUT_MS });
  };
  await register();
  void beat(register);
  return client;
}

async function beat(register: () => Promise<void>): Promise<never> {
  for (;;) {
    await delay(HEARTBEAT_MS);
    await register().catch((error: unknown) => troubles.add(String(error).replaceAll(/\d+/g, "N")));
  }
}

/** `work` for each number below `count`, so many at once. */
async function each<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) made[index] = await work(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return made;
}

function take(): Told {
  const sorted = answers.sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  const told = { ...figures, sums, troubles: [...troubles], answerMs: { median: at(0.5), p99: at(0.99) } };
  answers = [];
  return told;
}

const tokens = readFileSync(values.tokens, "utf8").trim().split("\n");
const identities = await each(
  size.services,
  async (service) => (await joinMesh(tokens[service] ?? "", address)).identity,
);
const clients = await each(size.services * size.replicas, (index) => {
  const identity = identities[Math.floor(index / size.replicas)];
  if (identity === undefined) throw new Error(`no identity for agent ${index}`);
  return open(index, identity);
});
process.stdout.write("{}\n");
let running: Promise<unknown> = Promise.resolve();
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as { do: "start" | "figures" | "end" };
  if (command.do === "start") running = Promise.all(clients.map((client, index) => report(index, client)));
  if (command.do === "end") {
    untilMs = Date.now();
    await running;
  }
  process.stdout.write(`${JSON.stringify(take())}\n`);
}
process.exit(0);
