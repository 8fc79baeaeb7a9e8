import { fork } from "node:child_process";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { PharosError } from "#core/errors.ts";
import { ApiTokens } from "#server/auth/api-tokens.ts";
import { openSessionKey } from "#server/auth/session-key.ts";
import { loadRoot } from "#server/ca/root-file.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { duckdbTelemetry } from "#server/telemetry/testing/duckdb-telemetry.ts";
import { DAMAGES, type Damage } from "#server/testing/damages.ts";
import { startServe } from "#testing/start-serve.ts";

/** "whole": nothing lost; "told": what was lost is said, with its size; "refused": in one sentence that names the file. */
type Outcome = "whole" | "told" | "refused";
type Expected = Outcome | "whole or told" | "whole or refused";

const START = Math.floor((Date.now() - 60_000) / 10_000) * 10_000;
const SETTINGS = 200;
const REQUESTS = 2000;
const NOBODY = 65_534;

let base: string;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "pharos-damage-"));
  const program = join(import.meta.dirname, "testing/write-and-die-process.ts");
  const child = fork(program, [join(base, "whole"), String(START), join(base, "older")], {
    execPath: process.execPath,
    execArgv: [],
  });
  expect((await once(child, "exit"))[1]).toBe("SIGKILL");
});
afterAll(() => rmSync(base, { recursive: true }));
afterEach(() => {
  if (process.getuid?.() === 0) process.seteuid?.(0);
});

function damaged(file: string, damage: Damage): string {
  const dir = mkdtempSync(join(base, "case-"));
  cpSync(join(base, "whole"), dir, { recursive: true });
  DAMAGES[damage](join(dir, file), join(base, "older", file));
  if (damage === "permission taken away" && process.getuid?.() === 0) {
    for (const name of ["", ...readdirSync(dir)]) chownSync(join(dir, name), NOBODY, NOBODY);
    chownSync(base, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
  }
  return dir;
}

/** One sentence: what is wrong with which file, and the next step; never a stack trace. */
function expectRefusal(error: unknown, dir: string): Outcome {
  expect(error).toBeInstanceOf(PharosError);
  const known = PharosError.from(error);
  expect(known.code).toBe("unavailable");
  expect(known.message).toContain(dir);
  expect(known.message).not.toContain("\n");
  expect(known.hint).toBeTruthy();
  return "refused";
}

async function openSettings(dir: string): Promise<Outcome> {
  try {
    const opened = await openDatabase(join(dir, "pharos.db"));
    const count = await opened.db.setting.count();
    const values = await opened.db.setting.findMany();
    await opened.close();
    expect(values.every(({ value }) => value === "x".repeat(1000))).toBe(true);
    if (count === SETTINGS) return "whole";
    expect(opened.lost).toContain(`rows written: ${SETTINGS - count} of Setting`);
    const again = await openDatabase(join(dir, "pharos.db"));
    await again.close();
    expect(again.lost).toBeUndefined();
    return "told";
  } catch (error) {
    return expectRefusal(error, dir);
  }
}

async function openTelemetry(dir: string): Promise<Outcome> {
  const open = async (): Promise<{ total: number; warnings: string[]; gaps: number }> => {
    const warnings: string[] = [];
    const store = await duckdbTelemetry(join(dir, "telemetry.duckdb"), {
      warn: (message) => warnings.push(message),
    });
    const { total } = await store.queries.totals({ reporter: "source", startMs: START, endMs: START + 10_000 });
    const { gaps } = await store.queries.graph({ view: "service", startMs: 0, endMs: Date.now() + 10_000 });
    await store.close();
    return { total, warnings, gaps: gaps.reduce((sum, { requests }) => sum + requests, 0) };
  };
  try {
    const { total, warnings, gaps } = await open();
    if (total === REQUESTS) return "whole";
    expect(warnings.join()).toContain(`with ${REQUESTS - total} requests`);
    expect(gaps).toBe(REQUESTS - total);
    expect((await open()).warnings).toEqual([]);
    return "told";
  } catch (error) {
    return expectRefusal(error, dir);
  }
}

async function openRoot(dir: string): Promise<Outcome> {
  try {
    const root = loadRoot(dir, undefined);
    return root === undefined ? "told" : "whole";
  } catch (error) {
    return expectRefusal(error, dir);
  }
}

async function openSessions(dir: string): Promise<Outcome> {
  try {
    const { key, damage } = openSessionKey(dir, Date.now());
    const before = openSessionKey(join(base, "whole"), Date.now()).key;
    if (damage === undefined) {
      expect(key).toBe(before);
      return "whole";
    }
    expect(key).not.toBe(before);
    expect(damage).toContain(join(dir, "session-key"));
    expect(openSessionKey(dir, Date.now())).toEqual({ key, damage: undefined });
    return "told";
  } catch (error) {
    return expectRefusal(error, dir);
  }
}

/** The token that is for whoever runs the server: where the file has none that works, it gets another. */
async function openAdminToken(dir: string): Promise<Outcome> {
  try {
    const opened = await openDatabase(join(dir, "pharos.db"));
    try {
      const tokens = new ApiTokens(opened.db);
      await tokens.ensureAdminToken(dir);
      const token = readFileSync(join(dir, "admin-token"), "utf8").trim();
      expect(await tokens.authenticate(token, Date.now())).toMatchObject({ role: "admin" });
    } finally {
      await opened.close();
    }
    return "whole";
  } catch (error) {
    return expectRefusal(error, dir);
  }
}

async function findServer(dir: string): Promise<Outcome> {
  try {
    connect({ dir });
    return "whole";
  } catch (error) {
    return expectRefusal(error, dir);
  }
}

const every = (outcome: Outcome, but: Partial<Record<Damage, Expected>> = {}): Record<Damage, Expected> =>
  ({
    ...Object.fromEntries(Object.keys(DAMAGES).map((damage) => [damage, outcome])),
    "permission taken away": "refused",
    ...but,
  }) as Record<Damage, Expected>;

const CELLS: Record<string, { open: (dir: string) => Promise<Outcome>; outcomes: Record<Damage, Expected> }> = {
  // What the log holds anew may be damaged in the file: it is read from the log. The rest is found by checking the file.
  "pharos.db": {
    open: openSettings,
    outcomes: every("whole", {
      emptied: "refused",
      deleted: "refused",
      "cut by 100 bytes": "whole or refused",
      "last 4 KB zeroed": "whole or refused",
      "one bit flipped in the middle": "whole or refused",
      "replaced by an older copy": "refused",
    }),
  },
  "pharos.db-wal": { open: openSettings, outcomes: every("told") },
  "pharos.db-shm": { open: openSettings, outcomes: every("whole") },
  "pharos.ledger": { open: openSettings, outcomes: every("whole") },
  // Parts of DuckDB's file may hold nothing.
  "telemetry.duckdb": {
    open: openTelemetry,
    outcomes: every("told", {
      "cut by 100 bytes": "whole or told",
      "last 4 KB zeroed": "whole or told",
      "one bit flipped in the middle": "whole or told",
    }),
  },
  "telemetry.duckdb.wal": { open: openTelemetry, outcomes: every("told") },
  "telemetry.ledger": { open: openTelemetry, outcomes: every("whole") },
  "ca-key.json": { open: openRoot, outcomes: every("refused") },
  "ca-key-secret": { open: openRoot, outcomes: every("refused") },
  "root-cert.pem": { open: openRoot, outcomes: every("refused") },
  "session-key": { open: openSessions, outcomes: every("told", { "replaced by an older copy": "whole" }) },
  "admin-token": { open: openAdminToken, outcomes: every("whole") },
  // The server writes it anew at each start; this is what the command line makes of it.
  "server.json": {
    open: findServer,
    outcomes: every("refused", {
      "one bit flipped in the middle": "whole or refused",
      "replaced by an older copy": "whole",
    }),
  },
};

describe.each(Object.entries(CELLS))("%s", (file, { open, outcomes }) => {
  test.each(Object.entries(outcomes) as [Damage, Expected][])("%s: %s", async (damage, outcome) => {
    expect(existsSync(join(base, "whole", file))).toBe(true);
    expect(outcome.split(" or ")).toContain(await open(damaged(file, damage)));
  });
});

describe("pharos serve", () => {
  test("tells in the log, in the audit trail and beside the figures what was lost", async () => {
    const dir = damaged("pharos.db-wal", "emptied");
    DAMAGES.emptied(join(dir, "telemetry.duckdb"));
    const serve = await startServe({ dir });
    try {
      const admin = connect({ dir });
      const lines = await admin.access.audit.query({ limit: 10, action: "store.lost" });
      expect(lines.map(({ resource }) => resource).sort()).toEqual(["pharos.db", "telemetry.duckdb"]);
      for (const { reason } of lines) {
        expect(reason).toMatch(/rows written: 100 of Setting|20 reports with 2000 requests/);
        await expect.poll(() => serve.log()).toContain(JSON.stringify(reason));
      }
      const { gaps } = await admin.topology.graph.query({ view: "workload", seconds: 3600 });
      expect(gaps).toMatchObject([{ requests: REQUESTS, reason: expect.stringContaining(".damaged-") }]);
    } finally {
      await serve.stop();
    }
  });

  test("refuses in one sentence that names the file and the next step", async () => {
    const dir = damaged("pharos.db", "emptied");
    const text = await startServe({ dir }).then(
      async (serve) => serve.stop(),
      (error: unknown) => String(error),
    );
    expect(text).toMatch(
      /error: database \S+pharos\.db is empty: its content was lost \(hint: restore a backup; [^\n]+\)\n$/,
    );
    expect(text).not.toMatch(/^\s+at /m);
  });
});
