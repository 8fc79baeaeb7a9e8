import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** Of the windows of one start, or of one workload's: requests, bytes both ways, ms. */
export type Sum = [count: number, requestBytes: number, responseBytes: number, durationMs: number];

/** By what they are of. */
export type Sums = Record<string, Sum>;

/** What was told, by time and by who told it: two ways that a row can go astray. */
export function addWindow(sums: Sums, window: RequestWindow): void {
  const { windowStartMs, reporter, sourceWorkload, destinationWorkload } = window;
  const { count, requestBytes, responseBytes, durationSumMs } = window;
  for (const name of [
    `at ${windowStartMs}`,
    `${reporter} ${reporter === "source" ? sourceWorkload : destinationWorkload}`,
  ]) {
    sums[name] ??= [0, 0, 0, 0];
    const sum = sums[name];
    sum[0] += Number(count);
    sum[1] += Number(requestBytes);
    sum[2] += Number(responseBytes);
    sum[3] += durationSumMs;
  }
}

/** In words, what differs; at most so many. */
export function differencesOf(sent: Sums, stored: Sums, most: number): string[] {
  const names = new Set([...Object.keys(sent), ...Object.keys(stored)]);
  return [...names]
    .filter((name) => String(sent[name]) !== String(stored[name]))
    .slice(0, most)
    .map((name) => `${name}: sent ${sent[name] ?? "nothing"}, stored ${stored[name] ?? "nothing"}`);
}
