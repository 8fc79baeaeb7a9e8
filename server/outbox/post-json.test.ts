import { type AddressInfo, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { postJson } from "#server/outbox/post-json.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test.each([
  ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx", "unavailable"],
  ["no end of what comes first", "HTTP/1.1 100 Continue\r\n\r\n", "timeout"],
  ["nothing", "", "timeout"],
  ["half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx", "timeout"],
  ["headers without end", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(10_000)}`, "unavailable"],
  ["noise", "\0\0\r\n\r\n", "unavailable"],
  ["more than anybody reads", `HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n${"x".repeat(100_000)}`, 200],
  ["another place", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302],
])("a receiver that answers with %s holds nothing up", async (_, text, expected) => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.write(text));
    cleanup.add(() => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cleanup.add(() => server.close());
  const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const told = postJson(to, "{}", {}, { allowsLoopback: true, timeoutMs: 300 });
  expect(await told.catch((error: unknown) => PharosError.from(error).code)).toBe(expected);
});
