import { expect, test } from "vitest";
import { JobQueue } from "#server/preview/job-queue.ts";

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
  const jobs = ["ada", "ada", "ben"].map((user) => queue.run(user, undefined, () => opened));
  await expect(queue.run("ada", undefined, async () => 1)).rejects.toMatchObject({ code: "exhausted" });
  await expect(queue.run("cid", undefined, async () => 1)).rejects.toMatchObject({ code: "exhausted" });
  open();
  await Promise.all(jobs);
  expect(await queue.run("ada", undefined, async () => 1)).toBe(1);
});

test("they run one after another, also after one that failed, and who has gone is left out", async () => {
  const queue = new JobQueue({ perUser: 9, overall: 9 });
  const { opened, open } = gate();
  const done: string[] = [];
  const gone = new AbortController();
  const jobs = [
    queue.run("a", undefined, async () => {
      await opened;
      done.push("first");
      throw new Error("no");
    }),
    queue.run("a", gone.signal, async () => void done.push("gone")),
    queue.run("a", undefined, async () => void done.push("last")),
  ];
  gone.abort();
  open();
  expect((await Promise.allSettled(jobs)).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  expect(done).toEqual(["first", "last"]);
});
