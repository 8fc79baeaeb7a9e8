import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";

const module = new URL("./shift-thread-priority.ts", import.meta.url);

/** The priority of a thread before and after it shifted its own. */
async function shift(by: number): Promise<readonly [number, number]> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const { getPriority } = require("node:os");
     const thread = Number(require("node:fs").readlinkSync("/proc/thread-self").split("/").at(-1));
     import(${JSON.stringify(module.href)}).then(({ shiftThreadPriority }) => {
       const first = getPriority(thread);
       shiftThreadPriority(${by});
       parentPort.postMessage([first, getPriority(thread)]);
     });`,
    { eval: true },
  );
  try {
    return await new Promise<[number, number]>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  } finally {
    await worker.terminate();
  }
}

describe.runIf(process.platform === "linux")("a thread", () => {
  test("goes after the others, which stay as they are", async () => {
    const own = getPriority();
    const [first, after] = await shift(3);
    expect(after).toBe(Math.min(19, first + 3));
    expect(getPriority()).toBe(own);
  });

  test("goes before the others where it may, and stays where it is where it may not", async () => {
    const own = getPriority();
    const [first, after] = await shift(-3);
    expect([first, Math.max(-20, first - 3)]).toContain(after);
    expect(getPriority()).toBe(own);
    if (process.getuid?.() === 0) expect(after).toBeLessThan(first);
  });
});
