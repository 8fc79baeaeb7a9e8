import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { type AppCaller, appRouter } from "#server/api/router.ts";
import { ACCESS_TABLE, readAnswer } from "#server/api/testing/access-table.ts";
import { openCallers, type TestCaller } from "#server/auth/testing/callers.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { runServer } from "#server/main.ts";
import { getRuntime } from "#server/runtime.ts";

let dir: string;
let database: OpenDatabase;
let callers: readonly TestCaller[];
let served: Promise<void>;
const stop = new AbortController();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-access-"));
  // The server tells of itself on stdout.
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  served = runServer(
    {
      dir,
      host: "127.0.0.1",
      port: 0,
      xdsPort: 0,
      plaintextPort: null,
      trustDomain: "cluster.local",
      certTtlMs: 3_600_000,
      traceSampling: 1,
      proxies: DEFAULT_PROXY_SETTINGS,
      otlp: { grpc: null, http: null },
      publicUrl: null,
      instanceAddresses: [],
      instancesMax: 500,
      demoSignIn: false,
      console: false,
    },
    stop.signal,
  );
  const url = await vi.waitFor(() => {
    const file = JSON.parse(readFileSync(join(dir, "server.json"), "utf8")) as { console: string };
    return file.console;
  }, 30_000);
  database = await openDatabase(join(dir, "pharos.db"));
  callers = await openCallers(url, database.db);
});

afterAll(async () => {
  stop.abort();
  await served;
  await database.close();
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

/** The API as the console's server components reach it. */
const apiOf = (caller: TestCaller): Promise<AppCaller> => getRuntime().createCaller(new Headers(caller.headers));

async function call(caller: TestCaller, procedure: string): Promise<string> {
  const at = procedure
    .split(".")
    .reduce<unknown>((router, name) => (router as Record<string, unknown>)[name], await apiOf(caller));
  try {
    await (at as () => Promise<unknown>)();
    return readAnswer(undefined);
  } catch (error) {
    return readAnswer(error instanceof TRPCError ? error.code : String(error));
  }
}

test("every procedure of the router has a row in the table, and every row a procedure", () => {
  expect([...ACCESS_TABLE.keys()].sort()).toEqual(Object.keys(appRouter._def.procedures).sort());
});

test.each([...ACCESS_TABLE])("%s is open to exactly those the table names", async (procedure, row) => {
  const answers = await Promise.all(
    callers.map(async (caller) => [caller.label, await call(caller, procedure)] as const),
  );
  expect(Object.fromEntries(answers)).toEqual(
    Object.fromEntries(callers.map(({ label, standing }) => [label, row[standing]])),
  );
});

test.each([...ACCESS_TABLE])(
  "each refusal of %s leaves one audit line that says whose it was",
  async (procedure, row) => {
    const admin = callers.find(({ label }) => label === "admin session") as TestCaller;
    const lines = await (await apiOf(admin)).access.audit({ limit: 500, action: procedure });
    const refused = callers.filter(({ standing }) => row[standing] !== "pass");
    expect(lines.map(({ actor, outcome, from }) => `${actor} ${outcome} ${from}`).sort()).toEqual(
      refused.map(({ actor }) => `${actor} refused console`).sort(),
    );
  },
);

test("values of secrets in a document are told to those alone who may edit it", async () => {
  const ref = "MeshConfig/istio-system/default";
  const documentOf = (token: string) => `apiVersion: mesh.pharos.dev/v1
kind: MeshConfig
metadata: { name: default, namespace: istio-system }
spec: { extensionProviders: [{ name: sky, skywalking: { service: sky.test, port: 11800, accessToken: ${token} } }] }
`;
  const admin = callers.find(({ label }) => label === "admin session") as TestCaller;
  const editor = await apiOf(admin);
  const revisions: number[] = [];
  for (const token of ["needle-1", "needle-2"]) {
    const changes = [{ op: "upsert" as const, text: documentOf(token) }];
    revisions.push((await editor.config.applyChanges({ changes, reason: "" })).revision ?? 0);
  }
  const [first = 0, second = 0] = revisions;
  for (const caller of callers.filter(({ standing }) => standing !== "nobody")) {
    const { config } = await apiOf(caller);
    const answers = await Promise.all([
      config.get({ ref }),
      config.revision({ revision: second }),
      config.restoreChanges({ revision: first, way: "rollback" }),
      config.restoreChanges({ revision: second, way: "undo" }),
      config.preview({ changes: [{ op: "delete", ref }] }),
    ]);
    const told = answers.map((answer) => JSON.stringify(answer).includes("needle"));
    expect({ [caller.label]: told }).toEqual({ [caller.label]: answers.map(() => caller.standing !== "viewer") });
    expect(answers.map((answer) => JSON.stringify(answer).includes("accessToken"))).toEqual(answers.map(() => true));
  }
});
