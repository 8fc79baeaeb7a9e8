import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { GrpcServer } from "#grpc/server.ts";
import { lineOf } from "#mesh-agent/telemetry/testing/lines.ts";
import { handleReport } from "#server/telemetry/ingest/report-rpc.ts";
import { LabelMemory } from "#server/telemetry/ingest/told-labels.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";

const IDENTITY = {
  principal: "spiffe://cluster.local/ns/default/sa/productpage",
  namespace: "default",
  serviceAccount: "productpage",
};
const INSTANCE: WorkloadInstance = {
  namespace: "default",
  name: "productpage-v1-0",
  workload: "productpage-v1",
  labels: { app: "productpage", version: "v1" },
  serviceAccount: "productpage",
  address: "127.0.0.1",
  ports: [],
  health: "healthy",
  locality: "",
  weight: 1,
};
const SNAPSHOT = {
  revision: 1,
  mesh: {
    trustDomain: "cluster.local",
    domainSuffix: "cluster.local",
    rootNamespace: "istio-system",
    traceSampling: 100,
  },
  resources: [],
  instances: [],
};

let dir: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-once-"));
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(dir, { recursive: true });
});

async function startReporter(): Promise<ChildProcess> {
  child = fork(
    join(import.meta.dirname, "../../mesh-agent/telemetry/testing/reporter-process.ts"),
    [dir, join(dir, "server.sock")],
    {
      execPath: process.execPath,
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  await once(child, "message");
  return child;
}

/** A control plane that stores, and now and then breaks the connection after storing and before answering. */
async function startServer(breaksEvery: number): Promise<{ store: RunningTelemetry; stop(): Promise<void> }> {
  const store = await duckdbTelemetry(join(dir, "telemetry.duckdb"));
  const labels = new LabelMemory();
  let calls = 0;
  const server = new GrpcServer({
    methods: new Map([
      [
        "/pharos.agent.v1.AgentService/Report",
        {
          kind: "unary" as const,
          handle: async (bytes: Uint8Array) => {
            const answer = await handleReport(
              {
                ...{ ingest: store.ingest, labels },
                snapshot: () => SNAPSHOT,
                find: () => INSTANCE,
                revisionAt: () => 1,
                onRefused: (_, __, reasons) => expect(reasons).toEqual([]),
              },
              bytes,
              IDENTITY,
            );
            calls += 1;
            if (calls % breaksEvery === 0) throw new Error("the answer is lost");
            return answer;
          },
        },
      ],
    ]),
  });
  await server.listen({ socketPath: join(dir, "server.sock") });
  return {
    store,
    stop: async () => {
      await server.close();
      await store.close();
    },
  };
}

test("no request is lost or counted twice over kills of agent and control plane, lost answers and half-written lines", async () => {
  const startMs = Math.floor(Date.now() / 10_000) * 10_000;
  let server = await startServer(3);
  let written = 0;
  const write = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const line = `${lineOf({ t: String(Date.now() - 12), c: index % 10 === 0 ? 503 : 200 })}\n`;
      // Envoy's buffer ends where it ends.
      appendFileSync(join(dir, "access.log"), line.slice(0, 50));
      appendFileSync(join(dir, "access.log"), line.slice(50));
      written += 1;
    }
  };
  for (let round = 0; round < 6; round += 1) {
    const reporter = await startReporter();
    for (let burst = 0; burst < 5; burst += 1) {
      write(100);
      await delay(round * 130);
    }
    if (round === 3) {
      await server.stop();
      server = await startServer(3);
    }
    reporter.kill("SIGKILL");
    await once(reporter, "exit");
    write(50);
  }
  const last = await startReporter();
  write(100);
  last.send("stop");
  await once(last, "exit");
  const { total, byCode } = await server.store.queries.totals({
    reporter: "source",
    workload: "productpage-v1",
    startMs,
    endMs: Date.now() + 10_000,
  });
  expect({ total, byCode }).toEqual({ total: written, byCode: { "200": (written / 10) * 9, "503": written / 10 } });
  await server.stop();
});
