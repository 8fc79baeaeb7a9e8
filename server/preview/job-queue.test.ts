import { expect, test } from "vitest";
import { JobQueue, type Purpose } from "#server/preview/job-queue.ts";

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

test("one user's jobs do not fill the queue for another's", async () => {
  const queue = new JobQueue({ perUser: 2, overall: 3 });
  const { opened, open } = gate();
  const jobs = ["ada", "ada", "ben"].map((user) => queue.run({ user }, "preview", () => opened));
  await expect(queue.run({ user: "ada" }, "preview", async () => 1)).rejects.toMatchObject({ code: "exhausted" });
  await expect(queue.run({ user: "cid" }, "preview", async () => 1)).rejects.toMatchObject({ code: "exhausted" });
  open();
  await Promise.all(jobs);
  expect(await queue.run({ user: "ada" }, "preview", async () => 1)).toBe(1);
});

test("they run one after another, also after one that failed, and who has gone is left out", async () => {
  const queue = new JobQueue({ perUser: 9, overall: 9 });
  const { opened, open } = gate();
  const done: string[] = [];
  const gone = new AbortController();
  const jobs = [
    queue.run({ user: "a" }, "preview", async () => {
      await opened;
      done.push("first");
      throw new Error("no");
    }),
    queue.run({ user: "a", signal: gone.signal }, "preview", async () => void done.push("gone")),
    queue.run({ user: "a" }, "preview", async () => void done.push("last")),
  ];
  gone.abort();
  open();
  expect((await Promise.allSettled(jobs)).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  expect(done).toEqual(["first", "last"]);
});

test("users take turns, and previews go before simulations", async () => {
  const queue = new JobQueue({ perUser: 9, overall: 99 });
  const { opened, open } = gate();
  const begun: string[] = [];
  const ask = (user: string, purpose: Purpose): Promise<void> =>
    queue.run({ user }, purpose, async () => {
      begun.push(`${user} ${purpose}`);
      await opened;
    });
  const jobs = [
    ...[1, 2, 3].map(() => ask("eve", "simulation")),
    ...[1, 2].map(() => ask("eve", "preview")),
    ask("ada", "simulation"),
    ask("ada", "preview"),
  ];
  open();
  await Promise.all(jobs);
  expect(begun).toEqual([
    "eve simulation",
    "eve preview",
    "ada preview",
    "eve preview",
    "eve simulation",
    "ada simulation",
    "eve simulation",
  ]);
});

test("whoever leaves gives the place back at once", async () => {
  const queue = new JobQueue({ perUser: 2, overall: 9 });
  const { opened, open } = gate();
  const gone = new AbortController();
  const first = queue.run({ user: "a" }, "preview", () => opened);
  const left = queue.run({ user: "a", signal: gone.signal }, "preview", async () => 1);
  gone.abort();
  await expect(left).rejects.toMatchObject({ code: "unavailable" });
  const next = queue.run({ user: "a" }, "preview", async () => 2);
  open();
  await first;
  expect(await next).toBe(2);
});
