import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { frameHeader } from "#grpc/frames.ts";
import { encodeFields, encodeFrame, encodeUint32, FLAGS, FRAMES, PREFACE } from "#grpc/http2-frames.ts";
import { LimitJournal } from "#mesh-agent/limits/limit-journal.ts";
import { LimitMembers } from "#mesh-agent/limits/limit-members.ts";
import { LimitServer } from "#mesh-agent/limits/limit-server.ts";
import { LimitSets } from "#mesh-agent/limits/limit-sets.ts";
import { Limiter } from "#mesh-agent/limits/limiter.ts";
import { RateLimitResponse_Code, RateLimitResponseSchema } from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";
import { LimitRule_Alone, LimitRule_Unit, LimitSetSchema } from "#proto/gen/pharos/limits/v1/limits_pb.js";
import { limitRequest } from "#testing/limits/limit-request.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const PATH = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";
const SET = "some";
const ASKED = limitRequest(SET);

/** One place at a time. */
function makeSets(): LimitSets {
  const rule = {
    ...{ policy: "shop/limit", name: "all", amount: 1, perMs: 1000, keysMax: 10, enforcePercent: 100 },
    ...{ unit: LimitRule_Unit.CONCURRENT, whenAlone: LimitRule_Alone.DENY, cost: { request: 1, most: 1 } },
  };
  const rules = toBinary(LimitSetSchema, create(LimitSetSchema, { rules: [rule] }));
  return new LimitSets([{ name: "route", limits: [{ set: SET, rules }] }]);
}

function ask(session: ClientHttp2Session, path: string): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => undefined);
  stream.end(Buffer.concat([frameHeader(ASKED.length), ASKED]));
  return stream;
}

/** What the agent says; undefined where it says nothing. */
async function answerOf(stream: ClientHttp2Stream): Promise<RateLimitResponse_Code | undefined> {
  const chunks = (await stream.toArray()) as Buffer[];
  const message = Buffer.concat(chunks).subarray(5);
  return message.length === 0 ? undefined : fromBinary(RateLimitResponseSchema, message).overallCode;
}

async function open() {
  const dir = temporaryDir(cleanup);
  const draws: Draw[] = [];
  const options = { agent: "shop/web-0", send: (draw: Draw) => void draws.push(draw), keysMax: 10 };
  const members = new LimitMembers(join(dir, "members"), silentLogger);
  const limiter = new Limiter({ ...options, retryMs: 1000, patienceMs: 60_000 }, members);
  const journal = new LimitJournal(join(dir, "journals"), "0b0e7c1e-6a3c-4c8e-9a55-0f7d7e3f1a01", silentLogger);
  const server = new LimitServer({ sets: makeSets(), limiter, journal, log: silentLogger });
  const socketPath = join(dir, "limits.sock");
  await server.listen(socketPath);
  cleanup.add(() => server.close());
  const proxy = (): ClientHttp2Session => {
    const session = connect("http://localhost", { createConnection: () => connectSocket(socketPath) });
    cleanup.add(async () => session.destroy());
    return session;
  };
  /** What the owner says to the last draw. */
  const grant = async (granted: number): Promise<void> => {
    const { key, lease } = await eventually("the owner is asked", async () => draws.pop());
    const waitMs = granted === 0 ? 1 : 0;
    limiter.answer([{ key, lease, granted, isAmple: false, ttlMs: 60_000, left: 0, waitMs, members: 1 }]);
  };
  return { draws, proxy, grant, path: socketPath };
}

test("a request that is cut off before it is decided holds no place", async () => {
  const { draws, proxy, grant } = await open();
  const session = proxy();
  const cut = ask(session, PATH);
  await eventually("the owner is asked", async () => draws[0]);
  cut.close(constants.NGHTTP2_CANCEL);
  // Of one connection all is read in its order: what is answered came after that.
  await new Promise((done) => session.ping(done));
  await grant(1);
  expect(await answerOf(ask(session, PATH))).toBe(RateLimitResponse_Code.OK);
});

test("whose word that nobody waits crosses the answer holds no place", async () => {
  const { proxy, path, grant } = await open();
  const socket = connectSocket(path).resume();
  cleanup.add(async () => socket.destroy());
  const fields = encodeFields({ te: "trailers" }, true);
  const message = Buffer.concat([frameHeader(ASKED.length), ASKED]);
  const answered = new Promise((done) => socket.once("data", () => socket.once("data", done)));
  socket.write(
    Buffer.concat([
      PREFACE,
      encodeFrame(FRAMES.headers, FLAGS.endHeaders, 1, fields),
      encodeFrame(FRAMES.data, FLAGS.endStream, 1, message),
    ]),
  );
  await grant(1);
  await answered;
  socket.write(encodeFrame(FRAMES.reset, 0, 1, encodeUint32(constants.NGHTTP2_CANCEL)));
  await eventually("the place is free", async () => {
    const answer = answerOf(ask(proxy(), PATH));
    return (await answer) === RateLimitResponse_Code.OK ? true : undefined;
  });
});

test("of a proxy that is gone nobody holds a place", async () => {
  const { draws, proxy, grant } = await open();
  const [gone, next] = [proxy(), proxy()];
  const first = answerOf(ask(gone, PATH));
  await grant(1);
  expect(await first).toBe(RateLimitResponse_Code.OK);
  const asks = async (): Promise<RateLimitResponse_Code | undefined> => {
    const answer = answerOf(ask(next, PATH));
    const isAsked = await Promise.race([
      eventually("the owner is asked", async () => draws[0]),
      answer.then(() => false),
    ]);
    if (isAsked !== false) await grant(0);
    return answer;
  };
  expect(await asks()).toBe(RateLimitResponse_Code.OVER_LIMIT);
  gone.destroy();
  await eventually("the place is free", async () => ((await asks()) === RateLimitResponse_Code.OK ? true : undefined));
});
