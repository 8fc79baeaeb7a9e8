import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const THREAD = `
const { readFileSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
// The 19th field of proc_pid_stat(5), the 17th behind the name.
const nicenessOf = (path) => Number(readFileSync(path, "utf8").split(") ")[1].split(" ")[16]);
import(workerData).then(({ goFirst }) => {
  const before = nicenessOf("/proc/thread-self/stat");
  const isFirst = goFirst();
  const main = nicenessOf("/proc/self/task/" + process.pid + "/stat");
  parentPort.postMessage({ isFirst, before, main, own: nicenessOf("/proc/thread-self/stat") });
});
`;

test("a thread goes before others where that is allowed, and no other of its process does", async () => {
  const worker = new Worker(THREAD, { eval: true, workerData: new URL("./go-first.ts", import.meta.url).href });
  const told = await new Promise<{ isFirst: boolean; before: number; own: number; main: number }>((done, fail) => {
    worker.once("message", done).once("error", fail);
  });
  expect(told.own).toBe(told.isFirst ? -10 : told.before);
  expect(told.main).toBe(told.before);
});
