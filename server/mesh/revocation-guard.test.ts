import { type ClientHttp2Session, connect } from "node:http2";
import { fromBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NOTHING_REVOKED, type Revoked } from "#core/identity/revoked.ts";
import { FrameReader } from "#grpc/frames.ts";
import { GrpcServer } from "#grpc/server.ts";
import { RevocationListsSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { RevocationGuard, WATCH_REVOCATIONS } from "#server/mesh/revocation-guard.ts";

const KB = 1024;

let guard: RevocationGuard;
let server: GrpcServer;
let session: ClientHttp2Session;

beforeEach(async () => {
  guard = new RevocationGuard(NOTHING_REVOKED, () => undefined);
  server = new GrpcServer({ methods: new Map([[WATCH_REVOCATIONS, guard.guard(guard.watch(() => true))]]) });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  session = connect(`http://127.0.0.1:${port}`);
});
afterEach(async () => {
  session.destroy();
  await server.close();
});

/** A list of so many bytes that begins with its number. */
const listed = (number: number, bytes: number): Revoked => ({
  ...NOTHING_REVOKED,
  lists: new Map([["root", `${number} `.padEnd(bytes, "x")]]),
});

/** A stream that is not read until `read`: the numbers of the lists it was sent, -1 for none. */
async function watch() {
  const stream = session.request({
    ":method": "POST",
    ":path": WATCH_REVOCATIONS,
    "content-type": "application/grpc",
  });
  const status = await new Promise<unknown>((done) =>
    stream.on("error", () => undefined).once("response", (headers) => done(headers["grpc-status"])),
  );
  const heard: number[] = [];
  const reader = new FrameReader(64 * KB * KB);
  const read = (): void =>
    void stream.on("data", (chunk: Buffer) => {
      for (const message of reader.push(chunk))
        heard.push(Number.parseInt(fromBinary(RevocationListsSchema, message).lists[0]?.crl ?? "-1", 10));
    });
  return { stream, status, heard, read };
}

test.each([
  ["large", 300 * KB, 4],
  ["small", KB, 200],
])(
  "a watcher that does not read %s lists is kept few of them, and hears the newest once it reads",
  async (_, bytes, most) => {
    const { heard, read } = await watch();
    for (let number = 1; number <= 300; number += 1) guard.set(listed(number, bytes));
    read();
    await expect.poll(() => heard.at(-1)).toBe(300);
    expect(heard.length).toBeLessThan(most);
    guard.set(listed(301, bytes));
    await expect.poll(() => heard.at(-1)).toBe(301);
  },
);

test("a connection may watch a few times, and again once one has ended", async () => {
  const watches = [await watch(), await watch(), await watch(), await watch()];
  expect(watches.map(({ status }) => status)).toEqual([undefined, undefined, undefined, undefined]);
  expect((await watch()).status).toBe("8");
  watches[0]?.stream.close();
  await expect.poll(async () => (await watch()).status).toBe(undefined);
});
