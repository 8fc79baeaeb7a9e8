import { afterEach, expect, test, vi } from "vitest";
import { repeatWork } from "#node/repeat-work.ts";

afterEach(() => vi.useRealTimers());

test("what it fails of is told once, and again after it went well", async () => {
  vi.useFakeTimers();
  const told: string[] = [];
  let isFull = true;
  const work = (): Promise<void> => (isFull ? Promise.reject(new Error("the disk is full")) : Promise.resolve());
  const timer = repeatWork(1000, work, (failure) => told.push(failure));
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toEqual(["Error: the disk is full"]);
  isFull = false;
  await vi.advanceTimersByTimeAsync(1000);
  isFull = true;
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toHaveLength(2);
  clearInterval(timer);
});
