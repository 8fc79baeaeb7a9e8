import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TAP_CONFIG_ID } from "#core/xds/tap-config-id.ts";
import { HeaderTap } from "#mesh-agent/taps/header-tap.ts";
import { RequestTaps } from "#mesh-agent/taps/request-taps.ts";
import { startTelemetry, type Telemetry } from "#mesh-agent/telemetry/start-telemetry.ts";
import { LoggingEnvoy } from "#mesh-agent/telemetry/testing/logging-envoy.ts";
import {
  ReportRequestSchema,
  ReportResponseSchema,
  type ShownRequest,
  type ShowRequestsRequest,
  ShowRequestsRequestSchema,
  type TapOrder,
  TapOrderSchema,
  type TappedHeader,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { loggerTo } from "#testing/loggers.ts";

const WITHIN = { timeout: 30_000, interval: 50 };
const HOLDS = { holdsMs: 60_000 };

let dir: string;
let envoy: LoggingEnvoy;
let telemetry: Telemetry;
let taps: RequestTaps;
let messages: ShowRequestsRequest[];
/** What waits until the control plane takes it. */
let gate: Promise<void>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-taps-"));
  messages = [];
  gate = Promise.resolve();
  taps = new RequestTaps({
    instance: "default/it-0",
    show: async (bytes) => {
      await gate;
      messages.push(fromBinary(ShowRequestsRequestSchema, bytes));
      return { isWanted: true };
    },
    headers: new HeaderTap(join(dir, "admin.sock")),
  });
  telemetry = await startTelemetry({
    dir,
    accessLogPath: join(dir, "access.log"),
    instance: () => ({
      namespace: "default",
      name: "it-0",
      workload: "it-v1",
      labels: { app: "it", version: "v1" },
      principal: "spiffe://cluster.local/ns/default/sa/it",
    }),
    report: async (bytes) => {
      const { sequence } = fromBinary(ReportRequestSchema, bytes);
      return toBinary(ReportResponseSchema, create(ReportResponseSchema, { acknowledgedSequence: sequence }));
    },
    spansSocketPath: join(dir, "spans.sock"),
    envoyAdminSocket: join(dir, "admin.sock"),
    reopenLogs: async () => undefined,
    onServerTime: () => undefined,
    log: loggerTo(() => undefined),
    taps,
  });
  envoy = new LoggingEnvoy(dir);
  await envoy.start();
});
afterEach(async () => {
  taps.close();
  await envoy.kill();
  await telemetry.stop();
  rmSync(dir, { recursive: true });
});

const order = (
  id: string,
  { filter = "", perSecond = 200, wantsHeaders = false, redacted = [] }: Partial<TapOrder> = {},
): TapOrder => create(TapOrderSchema, { id, filter, perSecond, wantsHeaders, redacted });
const FIRST = "/a-first";
const handedOver = (id: string): ShownRequest[] =>
  messages.flatMap(({ requests }) => requests).filter((each) => each.taps.includes(id));
const shown = (id: string): ShownRequest[] => handedOver(id).filter(({ request: of }) => of?.path !== FIRST);
const pathsOf = (id: string): string[] => shown(id).map(({ request: of }) => `${of?.reporter} ${of?.path}`);
const namesOf = (headers: readonly TappedHeader[] = []): Record<string, string> =>
  Object.fromEntries(headers.map(({ name, value, isRedacted }) => [name, isRedacted ? "(redacted)" : value]));
const folded = (count: number) =>
  vi.waitFor(() => expect(telemetry.stats().requests).toBeGreaterThanOrEqual(count), WITHIN);

/** What Envoy answers one who would attach: 400 while somebody is. */
function attach(): Promise<number> {
  const tap = {
    match: { any_match: true },
    output_config: { sinks: [{ format: "JSON_BODY_AS_BYTES", streaming_admin: {} }] },
  };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: join(dir, "admin.sock"), method: "POST", path: "/tap" }, (answer) => {
      resolve(answer.statusCode ?? 0);
      call.destroy();
    });
    call.on("error", reject);
    call.end(JSON.stringify({ config_id: TAP_CONFIG_ID, tap_config: tap }));
  });
}

/** Sends requests until one comes with its headers. */
async function attached(id: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await envoy.get(FIRST);
      expect(handedOver(id).some(({ headers }) => headers !== undefined)).toBe(true);
    },
    { timeout: 30_000, interval: 500 },
  );
}

test("nothing is handed over before and after somebody looks, and Envoy is tapped only for headers", async () => {
  await envoy.get("/before");
  await folded(2);
  taps.follow({ ...HOLDS, orders: [order("a")] });
  await envoy.get("/during");
  await vi.waitFor(() => expect(pathsOf("a").sort()).toEqual(["destination /during", "source /during"]), WITHIN);
  expect(shown("a").map(({ headers }) => headers)).toEqual([undefined, undefined]);
  expect(await attach()).toBe(200);
  taps.close();
  await envoy.get("/after");
  await folded(6);
  expect(pathsOf("a")).toHaveLength(2);
});

test("headers are those of the request at each of its ends, and what is secret never leaves", async () => {
  taps.follow({ ...HOLDS, orders: [order("a", { wantsHeaders: true, redacted: ["x-api-*"] })] });
  await attached("a");
  const secrets = {
    authorization: "Bearer s3cret",
    cookie: "session=s3cret",
    "x-api-key": "s3cret",
    x_api_token: "s3cret",
    "x-upstream": "Bearer s3cret",
  };
  // What ends as one answer of Envoy's follows another is not caught.
  const of = (path: string, reporter: string) =>
    shown("a").find(({ request: each, headers }) => each?.path === path && each.reporter === reporter && headers)
      ?.headers;
  const ends = ["/reviews", "/secret"].flatMap((path) => ["source", "destination"].map((end) => [path, end] as const));
  await vi.waitFor(
    async () => {
      await envoy.get("/reviews?ids=1,2&token=s3cret", { ...secrets, "x-told": "yes" });
      await envoy.get("/secret", { ...secrets, "x-told": "no" });
      expect(ends.every(([path, end]) => of(path, end) !== undefined)).toBe(true);
    },
    { timeout: 30_000, interval: 1000 },
  );
  for (const reporter of ["source", "destination"]) {
    expect(namesOf(of("/reviews", reporter)?.request)).toMatchObject({
      ":path": "/reviews?redacted",
      "x-told": "yes",
      authorization: "(redacted)",
      cookie: "(redacted)",
      "x-api-key": "(redacted)",
      x_api_token: "(redacted)",
      "x-upstream": "(redacted)",
    });
    expect(namesOf(of("/reviews", reporter)?.response)).toMatchObject({ ":status": "200" });
    // Refused before any application saw it.
    expect(namesOf(of("/secret", reporter)?.request)).toMatchObject({ "x-told": "no" });
    expect(namesOf(of("/secret", reporter)?.response)).toMatchObject({ ":status": "403" });
  }
  const all = JSON.stringify(messages, (_, value) => (typeof value === "bigint" ? Number(value) : value));
  expect(all).not.toContain("s3cret");
  expect(all).not.toContain("x-pharos-peer");
  for (const file of ["access.log", "telemetry.db"])
    if (existsSync(join(dir, file))) expect(readFileSync(join(dir, file)).includes("Bearer")).toBe(false);
  taps.close();
  await vi.waitFor(async () => expect(await attach()).toBe(200), WITHIN);
});

test("each who looks is handed over what he asks for, and headers only who asks for them", async () => {
  taps.follow({
    ...HOLDS,
    orders: [order("a", { filter: "path:/a* side:source", wantsHeaders: true }), order("b", { filter: "code:5xx" })],
  });
  await attached("a");
  for (const path of ["/a1", "/nowhere", "/b", "/a2"]) await envoy.get(path);
  await vi.waitFor(
    () => expect([pathsOf("a").sort(), pathsOf("b")]).toEqual([["source /a1", "source /a2"], ["source /nowhere"]]),
    WITHIN,
  );
  expect(shown("b").map(({ headers }) => headers)).toEqual([undefined]);
});

test("beyond its rate requests are left out, by count; a control plane that does not read costs no memory", async () => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => {
    open = resolve;
  });
  taps.follow({ ...HOLDS, orders: [order("a", { perSecond: 5, filter: "side:source" })] });
  const sent = 60;
  await Promise.all(Array.from({ length: sent }, () => envoy.get("/reviews")));
  await folded(2 * sent);
  open();
  const leftOut = () =>
    messages.flatMap((each) => each.leftOut).reduce((sum, { requests }) => sum + Number(requests), 0);
  await vi.waitFor(() => expect(shown("a").length + leftOut()).toBe(sent), WITHIN);
  expect(shown("a").length).toBeLessThan(sent / 2);
});

test("what is asked for ends by itself where it is not said again", async () => {
  taps.follow({ holdsMs: 300, orders: [order("a", { wantsHeaders: true })] });
  expect(taps.isOpen).toBe(true);
  await vi.waitFor(() => expect(taps.isOpen).toBe(false), WITHIN);
  await vi.waitFor(async () => expect(await attach()).toBe(200), WITHIN);
});
