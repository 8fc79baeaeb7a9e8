import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ApiClient, connect, toPharosError } from "#cli/client/client.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { DeltaDiscoveryRequestSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { Health, RegisterRequestSchema, ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { createAccount } from "#server/auth/create-account.ts";
import { PASSWORD, postJson, signIn } from "#server/auth/testing/callers.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { issueIdentity } from "#server/ca/testing/issue-identity.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { serviceText } from "#testing/service-text.ts";
import { SmallDisk } from "#testing/small-disk.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const AGENT = "/pharos.agent.v1.AgentService";
const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const NODE = { id: "sidecar~127.0.0.1~reviews-v1-0.default~default.svc.cluster.local" };
/** Of one report: what fits in the last page of a file is no full disk. */
const ROWS = 300;
const STACK = /\n? {4}at /;
const START = Math.floor((Date.now() - 60_000) / 10_000) * 10_000;

let cleanup: Cleanup;
let disk: SmallDisk;
let dir: string;
let serve: Serve;
let cookie: string;
let filling: NodeJS.Timeout | undefined;
let writes = 0;
/** Reports that were acknowledged. */
let stored = 0;

beforeEach(async () => {
  cleanup = new Cleanup();
  disk = SmallDisk.mount(64);
  cleanup.add(() => disk.unmount());
  dir = join(disk.path, "server");
  serve = await startServe({ dir });
  cleanup.add(() => serve.stop());
});
afterEach(() => {
  clearInterval(filling);
  return cleanup.run();
});

/** What the server gives back (a log that was folded in) is taken at once. */
function keepFull(): void {
  disk.fill();
  filling = setInterval(() => disk.fill(), 200);
}
function free(): void {
  clearInterval(filling);
  disk.free();
}

const admin = (): ApiClient => connect({ dir });
const writeConfig = (name = `ratings-${++writes}`): Promise<unknown> =>
  admin().config.applyChanges.mutate({
    changes: [{ op: "upsert", text: serviceText(name) }],
    reason: "",
  });
const refusalOf = (write: Promise<unknown>): Promise<string> =>
  write.then(
    () => "taken",
    (error: unknown) => toPharosError(error, { dir }).toString(),
  );

async function dial(): Promise<GrpcClient> {
  const ours = await openAuthority(dir, "cluster.local", undefined);
  const { xds } = JSON.parse(readFileSync(join(dir, "server.json"), "utf8")) as { xds: string };
  const client = await connectGrpc({ address: xds, tls: { roots: ours.root, ...(await issueIdentity(ours, ID)) } });
  cleanup.add(() => client.close());
  return client;
}

const register = (client: GrpcClient, health = Health.HEALTHY) => {
  const said: MessageInitShape<typeof RegisterRequestSchema> = {
    namespace: "default",
    name: "reviews-v1-0",
    group: "reviews-v1",
    serviceAccount: "reviews",
    ports: [{ name: "http", appPort: 9080, inboundPort: 19_080 }],
    health,
  };
  return client.unary(`${AGENT}/Register`, toBinary(RegisterRequestSchema, create(RegisterRequestSchema, said)), {
    timeoutMs: 30_000,
  });
};

const report = (client: GrpcClient, sequence: number) =>
  client
    .unary(
      `${AGENT}/Report`,
      toBinary(
        ReportRequestSchema,
        reportOf(sequence, [
          ...Array.from({ length: ROWS }, (_, code) => ({
            side: "destination" as const,
            from: "productpage-v1",
            to: "reviews-v1",
            atMs: START,
            count: 1,
            code: 200 + code,
          })),
        ]),
      ),
      { timeoutMs: 20_000 },
    )
    .then(
      () => {
        stored += 1;
        return "stored";
      },
      (error: unknown) => String(error),
    );

/** The bytes of the first answer to a proxy's question. */
function clustersOf(client: GrpcClient): Promise<Buffer> {
  return new Promise((done, fail) => {
    const stream = client.stream(ADS, { onMessage: done, onClose: (error) => fail(error ?? new Error("closed")) });
    stream.send([
      toBinary(
        DeltaDiscoveryRequestSchema,
        create(DeltaDiscoveryRequestSchema, {
          node: { ...NODE, metadata: { NAMESPACE: "default" } },
          typeUrl: TYPE_URLS.CDS,
        }),
      ),
    ]);
  });
}

async function expectReadOnly(): Promise<void> {
  const ready = async () => {
    const answer = await fetch(`${serve.url}/readyz`);
    return [answer.status, await answer.text()];
  };
  await expect.poll(ready).toEqual([503, "the data directory's disk is full\n"]);
  expect((await fetch(`${serve.url}/healthz`)).status).toBe(200);
  const entries = await admin().config.list.query({ kinds: ["ServiceEntry"] });
  expect(JSON.stringify(entries)).toContain("reviews");
  // The first may fit in what the log has left.
  const refusal = await eventually("a write is refused", async () => {
    const answer = await refusalOf(writeConfig());
    return answer === "taken" ? undefined : answer;
  });
  expect(refusal).toMatch(/^the disk that holds database \S+ is full \(hint: free some space/);
  const seen = await fetch(`${serve.url}/api/trpc/overview.get?input=%7B%22seconds%22%3A60%7D`, {
    headers: { cookie },
  });
  expect(seen.status).toBe(200);
  expect(await admin().overview.get.query({ seconds: 60 })).toMatchObject({ isDiskFull: true });
  const refused = await eventually("a sign-in is refused", async () => {
    const answer = await postJson(`${serve.url}/api/auth/sign-in/username`, { username: "keeper", password: PASSWORD });
    return answer.ok ? undefined : { status: answer.status, text: await answer.text() };
  });
  expect(refused).toEqual({ status: 429, text: expect.stringMatching(/the disk that holds database \S+ is full/) });
  const client = await dial();
  expect((await clustersOf(client)).includes("reviews.default.svc.cluster.local")).toBe(true);
  await register(client);
  const unstored = await eventually("a report is refused", async () => {
    const answer = await report(client, stored + 1);
    return answer === "stored" ? undefined : answer;
  });
  expect(unstored).toMatch(/telemetry store \S+ (cannot be written|was not open)/);
}

async function expectWritable(): Promise<void> {
  await eventually("a write", async () => ((await refusalOf(writeConfig())) === "taken" ? true : undefined));
  await expect.poll(async () => (await fetch(`${serve.url}/readyz`)).text()).toBe("ready\n");
  const client = await dial();
  await eventually("a report", async () => ((await report(client, stored + 1)) === "stored" ? true : undefined));
}

// Each starts a server up to four times.
describe.skipIf(!SmallDisk.canMount())(
  "on a full disk (skipped where no tmpfs can be mounted)",
  { timeout: 300_000 },
  () => {
    beforeEach(async () => {
      stored = 0;
      await writeConfig("reviews");
      const opened = await openDatabase(join(dir, "pharos.db"));
      await createAccount(opened.db, { name: "keeper", role: "admin", password: PASSWORD });
      cookie = await signIn(serve.url, "keeper");
      // A day old: its use is due to be noted.
      const dayOld = new Date(Date.now() + 5 * 24 * 3_600_000);
      await opened.db.session.updateMany({ data: { expiresAt: dayOld } });
      await opened.close();
      const client = await dial();
      await register(client);
      expect(await report(client, 1)).toBe("stored");
    });

    test("it serves what it has and refuses to write, also after kill -9 and after a stop, and writes again when there is room", async () => {
      keepFull();
      await expectReadOnly();
      await serve.kill();
      await serve.restart();
      await expectReadOnly();
      // A clean end takes the log's index away.
      await serve.restart();
      await expectReadOnly();
      free();
      await expectWritable();
      const { total } = await admin().requests.totals.query({
        reporter: "destination",
        startMs: START,
        endMs: Date.now(),
      });
      expect(total).toBe(stored * ROWS);
      const refused = await admin().access.audit.query({ limit: 100 });
      expect(refused.filter(({ outcome, reason }) => outcome === "failed" && reason.includes("is full"))).not.toEqual(
        [],
      );
      expect(serve.log()).not.toMatch(STACK);
    });

    test("what it leaves on its disk at a start waits for room", async () => {
      await serve.kill();
      rmSync(join(dir, "admin-token"));
      rmSync(join(dir, "telemetry.duckdb"));
      rmSync(join(dir, "telemetry.duckdb.wal"), { force: true });
      keepFull();
      await serve.restart();
      expect((await fetch(`${serve.url}/readyz`)).status).toBe(503);
      await expect.poll(() => serve.log()).toMatch(/the administrator's token has to wait for room on the disk/);
      free();
      await eventually("the token", () => (statSync(join(dir, "admin-token")).size > 0 ? true : undefined));
      await expectWritable();
    });
  },
);
