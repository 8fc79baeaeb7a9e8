import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { choosePorts } from "#programs/demo/ports.ts";

const RANGE = "/proc/sys/net/ipv4/ip_local_port_range";
/** The first port that this host gives to a connection that goes out; 0 where it does not say. */
const lowest = existsSync(RANGE) ? Number(readFileSync(RANGE, "utf8").trim().split(/\s+/)[0]) : 0;
const dir = mkdtempSync(join(tmpdir(), "pharos-ports-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("ports are kept for a second run; those taken meanwhile are chosen anew", async () => {
  const file = join(dir, "kept.json");
  const first = await choosePorts(["a", "b"], file);
  expect(await choosePorts(["a", "b"], file)).toEqual(first);
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(first.a, "127.0.0.1", done));
  const second = await choosePorts(["a", "b"], file);
  await new Promise((done) => taken.close(done));
  expect(second.b).toBe(first.b);
  expect(second.a).not.toBe(first.a);
});

test.runIf(lowest >= 32_768)("no connection that goes out takes one of them before it is used", async () => {
  const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const ports = Object.values(await choosePorts(names, join(dir, "many.json")));
  expect(new Set(ports).size).toBe(200);
  expect(Math.max(...ports)).toBeLessThan(lowest);
});
