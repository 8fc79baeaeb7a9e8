import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { HAS_CLICKHOUSE, type RunningClickhouse, startClickhouse } from "#testing/clickhouse/start-clickhouse.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

describe.skipIf(!HAS_CLICKHOUSE)("a server that keeps telemetry in ClickHouse (engine: chdb)", () => {
  let dir: string;
  let clickhouse: RunningClickhouse;
  let serve: Serve;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "pharos-clickhouse-"));
    clickhouse = await startClickhouse(["mesh", "it's secret"]);
    writeFileSync(join(dir, "login"), "user=mesh\npassword=it's secret\n");
    const args = ["--clickhouse", `${clickhouse.url}/mesh`, "--clickhouse-login", join(dir, "login")];
    serve = await startServe({ args });
  }, 120_000);
  afterAll(async () => {
    await serve?.stop();
    await clickhouse?.stop();
    rmSync(dir, { recursive: true });
  });

  test("spans that were taken are found, also after it was killed, and no file holds them", async () => {
    const startUs = Math.floor(Date.now() / 1000) * 1_000_000 - 60_000_000;
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "cart.shop" } }] },
          scopeSpans: [
            {
              spans: [
                {
                  ...{ traceId: TRACE, spanId: "00000000000000a1", name: "GET /cart", kind: 2 },
                  ...{ startTimeUnixNano: `${startUs}000`, endTimeUnixNano: `${startUs + 120_000}000` },
                },
              ],
            },
          ],
        },
      ],
    });
    const token = readFileSync(join(serve.dir, "admin-token"), "utf8").trim();
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    expect((await fetch(`${serve.url}/v1/traces`, { method: "POST", headers, body })).status).toBe(200);
    for (const restarted of [false, true]) {
      if (restarted) {
        await serve.kill();
        await serve.restart();
      }
      const { traces } = connect({ dir: serve.dir });
      const found = traces.search.query({ seconds: 3600, limit: 5, service: "cart", minDurationMs: 100 });
      await expect(found).resolves.toMatchObject([{ traceId: TRACE, spanCount: 1, durationMs: 120 }]);
    }
    expect(existsSync(join(serve.dir, "telemetry.duckdb"))).toBe(false);
  }, 120_000);

  test("a backup says where telemetry is, and who could read it is not told", async () => {
    const file = join(dir, "backup.tar");
    const { code } = await runPharos(serve.dir, ["backup", file]);
    expect(code).toBe(0);
    const text = readFileSync(file, "utf8");
    expect(text).toContain(`Telemetry is in the database mesh of the ClickHouse at ${clickhouse.url}`);
    expect(text + serve.log()).not.toContain("it's secret");
  }, 120_000);
});
