import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LogPosition, LogTail } from "#mesh-agent/telemetry/log-tail.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pharos-tail-"));
  path = join(dir, "access.log");
});
afterEach(() => rmSync(dir, { recursive: true }));

function readAll(tail: LogTail): string[] {
  const lines: string[] = [];
  for (let isMore = true; isMore; ) {
    const chunk = tail.read();
    lines.push(...chunk.lines);
    tail.confirm(chunk.next);
    isMore = chunk.isMore;
  }
  return lines;
}

/** A new reader that goes on where the other one had confirmed, as after a kill. */
const restart = (tail: LogTail): LogTail => {
  const position: LogPosition = tail.position;
  tail.close();
  return new LogTail(path, position);
};

test("a half-written line waits for its end", () => {
  const tail = new LogTail(path, undefined);
  expect(readAll(tail)).toEqual([]);
  writeFileSync(path, "one\ntw");
  expect(readAll(tail)).toEqual(["one"]);
  appendFileSync(path, "o\n");
  expect(readAll(tail)).toEqual(["two"]);
});

test("what was read and not confirmed is read again", () => {
  writeFileSync(path, "one\ntwo\n");
  const tail = new LogTail(path, undefined);
  tail.read();
  expect(readAll(restart(tail))).toEqual(["one", "two"]);
});

test("what is later waits, with what is no UTF-8 before it, and nothing is read twice or left out", () => {
  writeFileSync(path, Buffer.concat([Buffer.from("1\n2 "), Buffer.from([0xff, 0xfe]), Buffer.from("\n3\n7\n8\n")]));
  const tail = new LogTail(path, undefined);
  const until = (end: number) => {
    const chunk = tail.read((line) => Number.parseInt(line, 10) >= end);
    tail.confirm(chunk.next);
    return { isMore: chunk.isMore, lines: chunk.lines.map((line) => Number.parseInt(line, 10)) };
  };
  expect(until(1)).toEqual({ isMore: false, lines: [] });
  expect(until(5)).toEqual({ isMore: false, lines: [1, 2, 3] });
  appendFileSync(path, "9\n6\n");
  expect(until(8)).toEqual({ isMore: true, lines: [7, 8, 9, 6] });
  expect(readAll(restart(tail))).toEqual([]);
});

test("whole lines that are looked for are seen before they are read, and read all the same", () => {
  const tail = new LogTail(path, undefined);
  expect(tail.peek("b")).toEqual([]);
  writeFileSync(path, "ab\nc\nb\nb");
  expect(tail.peek("b")).toEqual(["ab", "b"]);
  expect(tail.peek("b")).toEqual([]);
  appendFileSync(path, "d\n");
  expect(tail.peek("b")).toEqual(["bd"]);
  expect(readAll(tail)).toEqual(["ab", "c", "b", "bd"]);
  expect(tail.peek("b")).toEqual([]);
  tail.close();
});

test("what is looked for is seen however many lines stand before it", () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${"é".repeat(40)}`);
  writeFileSync(path, `${lines.join("\n")}\nsought\n`);
  const tail = new LogTail(path, undefined);
  expect(tail.peek("sought")).toEqual(["sought"]);
  tail.close();
});

test("lines longer than a chunk in total come whole and in order", () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${"é".repeat(40)}`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  expect(readAll(new LogTail(path, undefined))).toEqual(lines);
});

test("a renamed log is read to its end before the new one, and taken away", async () => {
  writeFileSync(path, "one\n");
  const tail = new LogTail(path, undefined);
  readAll(tail);
  await tail.rotate(1, async () => {
    // The writer has not opened the new file yet.
    appendFileSync(`${path}.rotated`, "two\n");
  });
  expect(readAll(tail)).toEqual(["two"]);
  appendFileSync(`${path}.rotated`, "three\n");
  writeFileSync(path, "four\n");
  expect(readAll(tail)).toEqual(["three", "four"]);
  expect(existsSync(`${path}.rotated`)).toBe(false);
});

test("a reader killed between rename and new file reads on in both", async () => {
  writeFileSync(path, "one\ntwo\n");
  const tail = new LogTail(path, undefined);
  const { next } = tail.read();
  tail.confirm({ ...next, offset: 4 });
  await tail.rotate(1, async () => writeFileSync(path, "three\n"));
  expect(readAll(restart(tail))).toEqual(["two", "three"]);
});

test("a reader killed before it took the finished file away does not read it again", async () => {
  writeFileSync(path, "one\n");
  const tail = new LogTail(path, undefined);
  readAll(tail);
  await tail.rotate(1, async () => writeFileSync(path, "two\n"));
  const end = tail.read();
  tail.close();
  const next = new LogTail(path, end.next);
  expect(existsSync(`${path}.rotated`)).toBe(false);
  expect(readAll(next)).toEqual(["two"]);
});

test("one rotation at a time, and only of what is large", async () => {
  writeFileSync(path, "one\n");
  const tail = new LogTail(path, undefined);
  let reopened = 0;
  const reopen = async (): Promise<void> => {
    reopened += 1;
  };
  expect(await tail.rotate(100, reopen)).toBe(false);
  expect(await tail.rotate(1, reopen)).toBe(true);
  // The writer was away: it is asked again until there is a new file.
  expect(await tail.rotate(1, reopen)).toBe(false);
  expect(reopened).toBe(2);
  writeFileSync(path, "two\n");
  expect(await tail.rotate(1, reopen)).toBe(false);
  expect(reopened).toBe(2);
});

test("somebody else's rotation by rename loses nothing", () => {
  writeFileSync(path, "one\n");
  const tail = new LogTail(path, undefined);
  readAll(tail);
  renameSync(path, join(dir, "access.log.1"));
  appendFileSync(join(dir, "access.log.1"), "two\n");
  writeFileSync(path, "three\n");
  expect(readAll(tail)).toEqual(["two", "three"]);
});

test("a log cut short is read from its start", () => {
  writeFileSync(path, "one\ntwo\nthree\n");
  const tail = new LogTail(path, undefined);
  readAll(tail);
  writeFileSync(path, "new\n");
  expect(readAll(tail)).toEqual(["new"]);
});

test("of what was read nothing is read again, where the log is cut or an older copy takes its place", async () => {
  writeFileSync(path, "one\ntwo\nthree\n");
  const tail = new LogTail(path, undefined);
  readAll(tail);
  const older = join(dir, "older");
  writeFileSync(older, "one\ntwo\n");
  copyFileSync(older, path);
  expect(readAll(tail)).toEqual([]);
  appendFileSync(path, "four\n");
  expect(readAll(tail)).toEqual(["four"]);
  truncateSync(path, 6);
  expect(readAll(restart(tail)), "by a reader that was started since").toEqual([]);
  renameSync(older, path);
  const next = restart(tail);
  expect(readAll(next), "as another file").toEqual([]);
  let reopened = 0;
  const reopen = async (): Promise<void> => {
    reopened += 1;
  };
  await next.rotate(100, reopen);
  await next.rotate(100, reopen);
  expect(reopened, "its writer had another one open").toBe(1);
  appendFileSync(path, "five\n");
  expect(readAll(next)).toEqual(["five"]);
});

test("half a line at the end of a finished file is given up", async () => {
  writeFileSync(path, "one\ntw");
  const tail = new LogTail(path, undefined);
  readAll(tail);
  await tail.rotate(1, async () => writeFileSync(path, "three\n"));
  expect(readAll(tail)).toEqual(["three"]);
});
