import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";
import { eventually } from "#testing/test-agent.ts";

let base: string;
let server: Serve;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "pharos-backup-"));
  server = await startServe();
});
afterAll(async () => {
  await server.stop();
  rmSync(base, { recursive: true });
});

const changeOf = (index: number) => ({
  changes: [
    {
      op: "upsert" as const,
      text: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: outside-${index} }
spec: { hosts: [outside-${index}.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{ number: 443, name: tls, protocol: TLS }] }
`,
    },
  ],
  reason: "",
});

async function sendLogs(index: number): Promise<void> {
  const record = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: `said ${index}` } };
  const token = readFileSync(join(server.dir, "admin-token"), "utf8").trim();
  const response = await fetch(`${server.url}/v1/logs`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords: [record] }] }] }),
  });
  expect(response.status).toBe(200);
}

function tablesOf(path: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
  db.close();
  return tables;
}

const logsOf = async (dir: string): Promise<readonly string[]> =>
  (await connect({ dir }).logs.list.query({ seconds: 3600, limit: 500 })).map(({ body }) => body).sort();

/** Writes of both kinds, one after the other, until told to stop: what was acknowledged by then. */
function keepWriting(from: number): () => Promise<number> {
  let isOver = false;
  let done = from;
  const run = (async () => {
    while (!isOver) {
      await connect({ dir: server.dir }).config.applyChanges.mutate(changeOf(done));
      await sendLogs(done);
      done += 1;
    }
  })();
  return async () => {
    isOver = true;
    await run;
    return done;
  };
}

test("a backup that is made under load holds all that was acknowledged before, and a server of it goes on from there", async () => {
  for (let index = 0; index < 5; index += 1) {
    await connect({ dir: server.dir }).config.applyChanges.mutate(changeOf(index));
    await sendLogs(index);
  }
  const stop = keepWriting(5);
  const file = join(base, "all.tar");
  // Left by somebody else, who may read it.
  writeFileSync(`${file}.part`, "", { mode: 0o666 });
  const made = await runPharos(server.dir, ["backup", file, "-o", "json"]);
  const written = await stop();
  expect(made).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o077).toBe(0);
  // Nothing of it is left at the server.
  expect(readdirSync(server.dir).filter((name) => name.startsWith(".backup"))).toEqual([]);

  const dir = join(base, "restored");
  expect(await runPharos(server.dir, ["restore", file, "--dir", dir])).toMatchObject({ code: 0 });
  for (const name of ["ca-key.json", "ca-key-secret", "root-cert.pem", "session-key"])
    expect(readFileSync(join(dir, name))).toEqual(readFileSync(join(server.dir, name)));
  const databases = readdirSync(server.dir).filter((name) => name.endsWith(".db"));
  expect(databases).toContain("pharos.db");
  for (const name of databases)
    expect([name, tablesOf(join(dir, name))]).toEqual([name, tablesOf(join(server.dir, name))]);
  const again = await startServe({ dir });
  try {
    const { revision } = (await connect({ dir }).config.history.query({ limit: 1 }))[0] ?? { revision: 0 };
    expect(revision).toBeGreaterThanOrEqual(5);
    expect(revision).toBeLessThanOrEqual(written);
    const resources = await connect({ dir }).config.list.query({ kinds: ["ServiceEntry"] });
    expect(resources).toHaveLength(revision);
    const logs = await logsOf(dir);
    expect(logs.length).toBeGreaterThanOrEqual(5);
    expect(await logsOf(server.dir)).toEqual(expect.arrayContaining([...logs]));
    expect(again.log()).not.toMatch(/lost|damaged/);
    // It takes in what comes after.
    await connect({ dir }).config.applyChanges.mutate(changeOf(10_000));
  } finally {
    await again.stop();
  }
}, 240_000);

test("whoever breaks off a backup in the middle is in the audit trail all the same", async () => {
  const made = async () =>
    (await connect({ dir: server.dir }).access.audit.query({ limit: 200 })).filter(
      ({ action }) => action === "backup.make",
    );
  const before = (await made()).length;
  const token = readFileSync(join(server.dir, "admin-token"), "utf8").trim();
  const gone = new AbortController();
  const response = await fetch(`${server.url}/api/backup`, {
    ...{ headers: { authorization: `Bearer ${token}` }, signal: gone.signal },
  });
  await response.body?.getReader().read();
  gone.abort();
  await eventually("it is noted", async () => ((await made()).length > before ? true : undefined));
  await eventually("its copy goes", () =>
    readdirSync(server.dir).some((name) => name.startsWith(".backup")) ? undefined : true,
  );
});

test("a backup that is cut or altered is refused with the name of its file, and nothing is restored", async () => {
  const whole = readFileSync(join(base, "all.tar"));
  const file = join(base, "hurt.tar");
  for (const [hurt, why] of [
    [whole.subarray(0, whole.length / 2), /hurt\.tar/],
    [Buffer.from(whole).fill(1, whole.length - 20_000, whole.length - 19_000), /is not what was backed up|hurt\.tar/],
    [Buffer.from("no tar"), /hurt\.tar/],
    [Buffer.alloc(0), /hurt\.tar/],
  ] as const) {
    writeFileSync(file, hurt);
    const { code, stderr } = await runPharos(base, ["restore", file, "--dir", join(base, "none")]);
    expect({ code, why: why.test(stderr), stderr }).toMatchObject({ code: 3, why: true });
    expect([existsSync(join(base, "none")), existsSync(join(base, "none.restoring"))]).toEqual([false, false]);
  }
});

test("what is there is never overwritten", async () => {
  const dir = join(base, "taken");
  mkdirSync(dir);
  writeFileSync(join(dir, "pharos.db"), "mine");
  const { code, stderr } = await runPharos(base, ["restore", join(base, "all.tar"), "--dir", dir]);
  expect({ code, stderr: stderr.includes("is not empty") }).toEqual({ code: 2, stderr: true });
  const digest = createHash("sha256")
    .update(readFileSync(join(base, "all.tar")))
    .digest("hex");
  expect((await runPharos(server.dir, ["backup", join(base, "all.tar")])).code).toBe(2);
  expect(
    createHash("sha256")
      .update(readFileSync(join(base, "all.tar")))
      .digest("hex"),
  ).toBe(digest);
});
