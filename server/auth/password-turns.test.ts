import { expect, test } from "vitest";
import { PasswordTurns } from "#server/auth/password-turns.ts";

/** Checks that end when they are told to. */
function openChecks(turns: PasswordTurns) {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const begin = (address: string) =>
    turns.take(address, () => {
      begun.push(address);
      return new Promise<void>((done) => ends.push(done));
    });
  return { begin, begun, endFirst: () => ends.shift()?.() };
}

test("so many passwords are checked at the same moment, and the next when one is done", async () => {
  const { begin, begun, endFirst } = openChecks(new PasswordTurns({ atOnce: 2, ofOneAddress: 9, overall: 9 }));
  const all = ["a", "b", "c"].map(begin);
  expect(begun).toEqual(["a", "b"]);
  endFirst();
  await all[0];
  expect(begun).toEqual(["a", "b", "c"]);
  endFirst();
  endFirst();
  await Promise.all(all);
});

test("one address does not take everybody's turns, nor do all together wait without end", async () => {
  const { begin, endFirst } = openChecks(new PasswordTurns({ atOnce: 1, ofOneAddress: 2, overall: 3 }));
  const taken = [begin("a"), begin("a")];
  await expect(begin("a")).rejects.toMatchObject({ code: "exhausted" });
  taken.push(begin("b"));
  await expect(begin("c")).rejects.toMatchObject({ code: "exhausted" });
  for (const each of taken) {
    endFirst();
    await each;
  }
  const after = begin("a");
  endFirst();
  await after;
});

test("a check that fails gives its turn on", async () => {
  const turns = new PasswordTurns({ atOnce: 1, ofOneAddress: 1, overall: 2 });
  await expect(turns.take("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(turns.take("a", () => Promise.resolve("yes"))).resolves.toBe("yes");
});
