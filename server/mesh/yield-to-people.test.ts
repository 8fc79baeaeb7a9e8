import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

test.runIf(process.platform === "linux")(
  "the thread that calls it goes last, the others stay as they are",
  async () => {
    const module = new URL("./yield-to-people.ts", import.meta.url);
    const before = getPriority();
    const worker = new Worker(
      `const { parentPort } = require("node:worker_threads");
     const { getPriority } = require("node:os");
     const thread = Number(require("node:fs").readlinkSync("/proc/thread-self").split("/").at(-1));
     import(${JSON.stringify(module.href)}).then(({ yieldToPeople }) => {
       const first = getPriority(thread);
       yieldToPeople();
       parentPort.postMessage([first, getPriority(thread)]);
     });`,
      { eval: true },
    );
    const [first, after] = await new Promise<[number, number]>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    expect(after).toBeGreaterThan(first);
    expect(getPriority()).toBe(before);
    await worker.terminate();
  },
);
