import { readdirSync, readFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { ANSWER_METADATA } from "#core/xds/limits-metadata.ts";
import { frameHeader } from "#grpc/frames.ts";
import { decideLimits } from "#mesh-agent/limits/decide-limits.ts";
import { RateLimitResponseSchema } from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";
import { LimitRule_Alone, LimitRule_Unit, LimitSetSchema } from "#proto/gen/pharos/limits/v1/limits_pb.js";
import { decodeDraws, encodeGrants } from "#proto/lease-codec.ts";
import { limitRequest } from "#testing/limits/limit-request.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const SET = "some";
const ASKED = limitRequest(SET);
const RULES = toBinary(
  LimitSetSchema,
  create(LimitSetSchema, {
    rules: [
      {
        ...{ policy: "shop/bytes", name: "Quota", amount: 1_000_000, perMs: 600_000, keysMax: 10, enforcePercent: 100 },
        ...{ unit: LimitRule_Unit.BYTES, whenAlone: LimitRule_Alone.DENY, cost: { request: 1, most: 1 } },
        quota: { period: "a day" },
      },
    ],
  }),
);

const PLACES = toBinary(
  LimitSetSchema,
  create(LimitSetSchema, {
    rules: [
      {
        ...{ policy: "shop/busy", name: "all", amount: 2, perMs: 10_000, keysMax: 10, enforcePercent: 100 },
        ...{ unit: LimitRule_Unit.CONCURRENT, whenAlone: LimitRule_Alone.DENY, cost: { request: 1, most: 1 } },
      },
    ],
  }),
);

/** Runs of one agent, one after another, and what their owner was told in all. */
function open(rules = RULES) {
  const dir = temporaryDir(cleanup);
  const usedBy = new Map<string, number>();
  let starts = 0;
  let held = 0;
  const start = async (isOwnerThere = true) => {
    let isKilled = !isOwnerThere;
    starts += 1;
    const socketPath = join(dir, `limits-${starts}.sock`);
    const data = {
      ...{ membersFile: join(dir, "members"), journalsDir: join(dir, "journals"), instance: "shop/web-0" },
      ...{ routes: [{ name: "route", limits: [{ set: SET, rules }] }], isUp: true },
    };
    const decided = decideLimits(
      data,
      (_, request) => {
        if (isKilled) return Promise.reject(new Error("killed"));
        const { run, draws } = decodeDraws(request);
        const grants = draws.map(({ key, lease, used, pending, needs }) => {
          held = pending;
          usedBy.set(run, Math.max(used + pending, usedBy.get(run) ?? 0));
          const granted = needs.reduce((sum, need) => sum + need, 0);
          return { key, lease, granted, isAmple: false, ttlMs: 200, left: 500_000, waitMs: 0, members: 1 };
        });
        return Promise.resolve(encodeGrants(grants));
      },
      silentLogger,
    );
    await decided.listen(socketPath);
    cleanup.add(() => decided.close());
    const session = connect("http://localhost", { createConnection: () => connectSocket(socketPath) });
    cleanup.add(async () => session.destroy());
    return { decided, session, kill: () => (isKilled = true) };
  };
  const used = (): number => [...usedBy.values()].reduce((sum, each) => sum + each, 0);
  const charged = async (units: number): Promise<void> => {
    await eventually(`${units} are charged`, () => (used() >= units ? true : undefined));
    expect(used()).toBe(units);
  };
  /** In how many journals it stands that a request lasts. */
  const journalsWith = (id: string): number => {
    const journals = join(dir, "journals");
    const texts = readdirSync(journals).map((name) => readFileSync(join(journals, name), "utf8"));
    return texts.filter((text) => text.includes(id)).length;
  };
  /** Of one key the places that the agent says are taken. */
  const holds = (places: number) =>
    eventually(`${places} are held`, () => (held === places ? true : undefined), 10_000);
  return { start, charged, holds, journalsWith };
}

/** By what name Envoy is to tell of it. */
async function letThrough(session: ClientHttp2Session): Promise<string> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.end(Buffer.concat([frameHeader(ASKED.length), ASKED]));
  const answer = Buffer.concat((await stream.toArray()) as Buffer[]);
  return String(fromBinary(RateLimitResponseSchema, answer.subarray(5)).dynamicMetadata?.[ANSWER_METADATA.id]);
}

const line = (id: string, bytes: number, hasEnded = false) => [{ id, status: 200, bytes, hasEnded }];

test("bytes of a request that goes on while its agent is killed, and again, are charged once, to its last", async () => {
  const { start, charged } = open();
  const first = await start();
  const id = await letThrough(first.session);
  const other = await letThrough(first.session);
  first.decided.hearStreams([...line(id, 1000), ...line(other, 10)]);
  await charged(1010);
  first.kill();

  const second = await start();
  // The log is read again from where it was known to be read.
  second.decided.hearStreams([...line(id, 1000), ...line(id, 5000)]);
  await charged(5010);
  second.kill();

  const third = await start();
  // It ended while nobody was there whom Envoy could have told.
  third.decided.hearStreams([...line(id, 7000, true), ...line(other, 20)]);
  await charged(7020);
  third.decided.hearStreams([...line(id, 9000, true), ...line(other, 30, true)]);
  await charged(7030);
});

test("what lasts stands in one journal, however often the agent is killed while its owner is away", async () => {
  const { start, charged, journalsWith } = open();
  const first = await start();
  const id = await letThrough(first.session);
  first.decided.hearStreams(line(id, 1000));
  await charged(1000);
  first.kill();
  for (let kills = 0; kills < 3; kills += 1) await start(false);
  expect(journalsWith(id)).toBe(1);
  const last = await start();
  last.decided.hearStreams(line(id, 3000));
  await charged(3000);
});

test("places of requests that go on are held by the next run, until each has ended or their Envoy is another", async () => {
  const { start, holds } = open(PLACES);
  const first = await start();
  const ids = [await letThrough(first.session), await letThrough(first.session)];
  await holds(2);
  // It was read that one has ended, and killed before Envoy's own word of that.
  first.decided.hearStreams(line(ids[0] ?? "", 5, true));
  first.kill();
  const second = await start();
  await holds(1);
  const id = await letThrough(second.session);
  await holds(2);
  second.decided.hearStreams(line(ids[1] ?? "", 5, true));
  await holds(1);
  second.kill();

  const third = await start();
  // That one goes on.
  third.decided.hearStreams(line(id, 5));
  await letThrough(third.session);
  await holds(2);
  third.decided.hearEnvoy();
  await holds(1);
});
