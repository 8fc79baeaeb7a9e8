import { setImmediate } from "node:timers/promises";

/** Short beside what a proxy waits for its answer. */
const SLICE_MS = 20;

/** Takes all steps, and lets whoever waits for the thread go first after each 20 ms; what takes less is done in one turn. */
export async function inSlices<T>(steps: Generator<undefined, T, undefined>): Promise<T> {
  let begunMs = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() - begunMs < SLICE_MS) continue;
    await setImmediate();
    begunMs = performance.now();
  }
}
