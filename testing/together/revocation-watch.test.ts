import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import { RevocationWatch } from "#mesh-agent/identity/revocation-watch.ts";
import { sealJson } from "#mesh-agent/sealed-json.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { loggerTo, silentLogger } from "#testing/loggers.ts";

let dir: string;
let file: string;
let spare: string;
let log: string[];
let older: Record<string, string>;
let newer: Record<string, string>;

beforeAll(async () => {
  const home = mkdtempSync(join(tmpdir(), "pharos-authority-"));
  const authority = await openAuthority(home, "cluster.local", undefined);
  const listOf = async (...serials: string[]) => ({ root: await authority.signRevocations(serials, Date.now()) });
  [older, newer] = [await listOf("01"), await listOf("01", "02")];
  rmSync(home, { recursive: true });
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-revocations-"));
  file = join(dir, "revocations.json");
  spare = `${file}.spare`;
  log = [];
  for (const path of [file, spare]) writeFileSync(path, sealJson({ savedAtMs: 2, lists: newer }));
});
afterEach(() => rmSync(dir, { recursive: true }));

const start = () =>
  new RevocationWatch({
    file,
    uplink: { state: { kind: "down" } as never, onChange: () => () => undefined },
    log: loggerTo((_, message) => void log.push(message)),
    onChange: () => undefined,
  }).lists;

const flip = (path: string) => {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  writeFileSync(path, bytes);
};

test.each<[string, (path: string) => void]>([
  ["emptied", (path) => truncateSync(path, 0)],
  ["deleted", (path) => rmSync(path)],
  ["cut", (path) => truncateSync(path, 100)],
  ["flipped", flip],
  ["an older copy", (path) => writeFileSync(path, sealJson({ savedAtMs: 1, lists: older }))],
  ["an older copy of an earlier release", (path) => writeFileSync(path, sealJson(older))],
])("lists of which one file is %s are the other's", (_, damage) => {
  expect(start()).toEqual(newer);
  expect(log).toEqual([]);
  damage(spare);
  expect(start()).toEqual(newer);
  copyFileSync(file, spare);
  damage(file);
  expect(start()).toEqual(newer);
  expect(log).toEqual([expect.stringMatching(/the spare is used/)]);
});

test("a start waits for the first answer, and not for a control plane that is away", async () => {
  const listeners = new Set<(state: UplinkState) => void>();
  const uplink = {
    state: { kind: "connecting" } as UplinkState,
    onChange: (listener: (state: UplinkState) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const stop = new AbortController();
  const watch = new RevocationWatch({ file, uplink, log: silentLogger, onChange: () => undefined });
  const running = watch.run(stop.signal);
  let isOver = false;
  const first = watch.first.then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  for (const listener of listeners) listener({ kind: "down", reason: "it is away" });
  await first;
  stop.abort();
  await running;
});

test("lists of which nothing can be read are said to refuse nobody", () => {
  for (const path of [file, spare]) flip(path);
  expect(start()).toEqual({});
  expect(log).toEqual([expect.stringMatching(/nobody is refused/)]);
});
