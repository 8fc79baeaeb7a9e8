import { mkdtempSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { keepAlive } from "#grpc/keep-alive.ts";

const FRAME_HEADER_BYTES = 9;
const PREFACE_BYTES = 24;
const PING = 6;
/** Peer and client share one loop here: one that is held up reads the ping late, and the answer after that. */
const OFTEN = { intervalMs: 50, timeoutMs: 100 } as const;

/** HTTP/2 frames by hand: a length, a type, flags, a stream. */
const frame = (type: number, payload: Buffer = Buffer.alloc(0)): Buffer => {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  return Buffer.concat([header, payload]);
};
const SETTINGS = frame(4);
const WINDOW_UPDATE = frame(8, Buffer.from([0, 0, 0, 1]));

let server: Server;
let session: ClientHttp2Session;
let dir: string | undefined;
afterEach(async () => {
  session.destroy();
  await new Promise((done) => server.close(done));
  if (dir !== undefined) rmSync(dir, { recursive: true });
  dir = undefined;
});

/** A peer that speaks HTTP/2 and answers no ping; `onPing` does what it does instead. */
async function dial(
  where: "tcp" | "unix",
  onPing: (socket: Socket, count: number) => void,
): Promise<ClientHttp2Session> {
  dir = where === "unix" ? mkdtempSync(join(tmpdir(), "pharos-keep-alive-")) : undefined;
  server = createServer((socket) => {
    let pings = 0;
    let got = Buffer.alloc(0);
    let skipped = false;
    socket.on("error", () => undefined);
    socket.write(SETTINGS);
    socket.on("data", (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (!skipped && got.length >= PREFACE_BYTES) {
        got = got.subarray(PREFACE_BYTES);
        skipped = true;
      }
      while (skipped && got.length >= FRAME_HEADER_BYTES && got.length >= FRAME_HEADER_BYTES + got.readUIntBE(0, 3)) {
        if (got[3] === PING) onPing(socket, ++pings);
        got = got.subarray(FRAME_HEADER_BYTES + got.readUIntBE(0, 3));
      }
    });
  });
  await new Promise<void>((done) =>
    dir === undefined ? server.listen(0, "127.0.0.1", done) : server.listen(join(dir, "s.sock"), done),
  );
  session =
    dir === undefined
      ? connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      : connect("http://localhost", { createConnection: () => connectSocket(join(dir ?? "", "s.sock")) });
  session.on("error", () => undefined);
  await new Promise((done) => session.once("connect", done));
  return session;
}

test("a peer that is silent is given up", async () => {
  keepAlive(await dial("tcp", () => undefined), OFTEN);
  await new Promise((done) => session.once("close", done));
});

test("a peer that answers no ping and sends something else is at work, not dead", async () => {
  let silent = false;
  const sixPings = Promise.withResolvers<void>();
  keepAlive(
    await dial("tcp", (socket, count) => {
      if (!silent) socket.write(WINDOW_UPDATE);
      if (count === 6) sixPings.resolve();
    }),
    OFTEN,
  );
  await sixPings.promise;
  expect(session.destroyed).toBe(false);
  silent = true;
  await new Promise((done) => session.once("close", done));
});

test("over a Unix socket nobody is asked whether he is there: the system knows", async () => {
  const first = await dial("unix", () => undefined);
  const timers = vi.spyOn(globalThis, "setInterval");
  keepAlive(first, OFTEN);
  expect(timers).not.toHaveBeenCalled();
  timers.mockRestore();
});
