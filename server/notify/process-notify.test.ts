import { expect, test } from "vitest";
import { ProcessNotify } from "#server/notify/process-notify.ts";

test("whoever listens to a topic is told, all of them whatever one does, and waited for", async () => {
  const notify = new ProcessNotify();
  const taken: string[] = [];
  const slow = Promise.withResolvers<void>();
  notify.on("revocations", () => {
    throw new Error("no room");
  });
  notify.on("revocations", async () => {
    await slow.promise;
    taken.push("revocations");
  });
  notify.on("revisions", () => {
    taken.push("revisions");
  });
  const told = notify.tell("revocations").catch((error: unknown) => taken.push(String(error)));
  expect(taken).toEqual([]);
  slow.resolve();
  await told;
  expect(taken).toEqual(["revocations", "Error: no room"]);
});

test("whoever stopped listening is not told", async () => {
  const notify = new ProcessNotify();
  let count = 0;
  const stop = notify.on("revisions", () => {
    count += 1;
  });
  await notify.tell("revisions");
  stop();
  await notify.tell("revisions");
  expect(count).toBe(1);
});
