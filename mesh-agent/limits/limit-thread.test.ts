import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { journalFile, writeJournal } from "#mesh-agent/limits/limit-journal.ts";
import { LimitThread } from "#mesh-agent/limits/limit-thread.ts";
import type { LimitThreadData } from "#mesh-agent/limits/thread-protocol.ts";
import { formatLimitKey } from "#node/limit-key.ts";
import {
  RateLimitResponse_Code as Code,
  type RateLimitResponse_Code,
  RateLimitResponseSchema,
} from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";
import { LimitRule_Unit, LimitSetSchema } from "#proto/gen/pharos/limits/v1/limits_pb.js";
import { limitRequest } from "#testing/limits/limit-request.ts";
import { loggerTo } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const SET = "some";
const ASKED = limitRequest(SET);
/** Asks so often as a process of its own, and prints the answers' bytes. */
const CALLER = `
const { connect } = require("node:http2");
const [path, asked, times] = process.argv.slice(1);
const session = connect("http://limits", { createConnection: () => require("node:net").connect(path) });
session.on("error", () => process.exit(1));
const body = Buffer.from(asked, "base64");
const head = Buffer.alloc(5);
head.writeUInt32BE(body.length, 1);
const ask = () => new Promise((done) => {
  const stream = session.request({ ":method": "POST", ":path": "/limits", te: "trailers" });
  const parts = [];
  stream.on("data", (part) => parts.push(part)).on("end", () => done(Buffer.concat(parts).subarray(5).toString("base64")));
  stream.on("error", () => process.exit(1));
  stream.end(Buffer.concat([head, body]));
});
(async () => {
  const answers = [];
  for (let at = 0; at < Number(times); at += 1) answers.push(await ask());
  console.log(JSON.stringify(answers));
  process.exit(0);
})();
`;

/** `breaks`: so many threads die as they begin; the one behind them cannot begin where `isTaken`. */
function open(breaks = 0, isTaken = false, ofRule: { readonly unit?: LimitRule_Unit; readonly amount?: number } = {}) {
  const dir = temporaryDir(cleanup);
  const socketPath = join(dir, "limits.sock");
  const rule = {
    ...{ policy: "shop/limit", name: "all", amount: 2, perMs: 600_000, keysMax: 10, enforcePercent: 100 },
    ...{ isPerInstance: true, cost: { request: 1, most: 1 } },
    ...ofRule,
  };
  const rules = toBinary(LimitSetSchema, create(LimitSetSchema, { rules: [rule] }));
  const data: LimitThreadData = {
    ...{ socketPath, membersFile: join(dir, "members"), journalsDir: join(dir, "journals") },
    ...{ instance: "shop/web-0", routes: [{ name: "route", limits: [{ set: SET, rules }] }], isUp: true },
  };
  const said: string[] = [];
  let starts = 0;
  const thread = new LimitThread({
    data: () => {
      starts += 1;
      if (isTaken && starts === breaks + 1) return { ...data, socketPath: join(dir, "nowhere", "limits.sock") };
      return starts > breaks
        ? data
        : { ...data, routes: [{ name: "route", limits: [{ set: SET, rules: rules.subarray(1) }] }] };
    },
    call: () => Promise.reject(new Error("nobody is asked")),
    handedOver: join(dir, "ends"),
    log: loggerTo((level, message) => level === "error" && said.push(message)),
  });
  cleanup.add(() => thread.close());
  const ask = (times: number): RateLimitResponse_Code[] => {
    const asked = Buffer.from(ASKED).toString("base64");
    // This thread stands still until it is answered.
    const told = execFileSync(process.execPath, ["-e", CALLER, socketPath, asked, String(times)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 60_000,
    });
    return (JSON.parse(told) as string[]).map(
      (bytes) => fromBinary(RateLimitResponseSchema, Buffer.from(bytes, "base64")).overallCode,
    );
  };
  return { thread, ask, said, journalsDir: data.journalsDir };
}

test("requests are decided while the agent's main thread does something else", async () => {
  const { thread, ask } = open();
  await thread.start();
  expect(ask(3)).toEqual([Code.OK, Code.OK, Code.OVER_LIMIT]);
  const {
    keys,
    counts: { admitted, refused },
  } = await thread.stats();
  expect([keys, [...admitted], [...refused]]).toEqual([1, [["shop/limit all", 2]], [["shop/limit all", 1]]]);
});

test("of a thread that hangs is told what it said last, and what it counted when it goes on", async () => {
  const { thread, ask, journalsDir } = open();
  mkdirSync(journalsDir, { recursive: true });
  // Nobody takes what this one tells, so journals are read again and again.
  writeJournal(journalFile(journalsDir, randomUUID()), [["key", { account: 1, used: 1, counted: 0, atMs: 1 }]]);
  await thread.start();
  expect(ask(1)).toEqual([Code.OK]);
  const admitted = async () => [...(await thread.stats()).counts.admitted];
  expect(await admitted()).toEqual([["shop/limit all", 1]]);
  const pipe = journalFile(journalsDir, randomUUID());
  execFileSync("mkfifo", [pipe]);
  const held = await eventually("the thread reads what nobody writes", () => {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      return undefined;
    }
  });
  try {
    expect(await Promise.all([admitted(), admitted()])).toEqual(Array(2).fill([["shop/limit all", 1]]));
  } finally {
    closeSync(held);
  }
  expect(ask(1)).toEqual([Code.OK]);
  await eventually("what it counted since is told", async () => (await admitted())[0]?.[1] === 2 || undefined);
});

test.each([
  [false, Code.OVER_LIMIT],
  [true, Code.OK],
])("another Envoy is heard of before there is a thread: %s, and a former run's place is %i", async (isHeard, code) => {
  const { thread, ask, journalsDir } = open(0, false, { unit: LimitRule_Unit.CONCURRENT, amount: 1 });
  const key = formatLimitKey({ policy: "shop/limit", rule: "all", reserve: "", values: [] });
  mkdirSync(journalsDir, { recursive: true });
  writeJournal(journalFile(journalsDir, randomUUID()), [], [["former-1", { costs: [[key, 1]], status: 0, bytes: 0 }]]);
  if (isHeard) thread.hearEnvoy();
  await thread.start();
  expect(ask(1)).toEqual([code]);
});

test("a thread that dies is started again, and the log says why", async () => {
  const { thread, ask, said } = open(2);
  await expect(thread.start()).rejects.toThrow();
  await eventually("it answers", () => {
    try {
      return ask(1);
    } catch {
      return undefined;
    }
  });
  expect(said.length).toBe(2);
});

test("a thread that cannot begin again says why, and begins once it can", async () => {
  const { thread, ask, said } = open(1, true);
  await expect(thread.start()).rejects.toThrow();
  await eventually("it answers", () => {
    try {
      return ask(1);
    } catch {
      return undefined;
    }
  });
  expect(said).toEqual([expect.stringContaining("died"), expect.stringContaining("cannot begin")]);
});
