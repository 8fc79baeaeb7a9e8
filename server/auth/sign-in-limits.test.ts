import { expect, test } from "vitest";
import { SignInLimits } from "#server/auth/sign-in-limits.ts";

const never = async () => false;
const always = async () => true;

/** Tries until it is told to wait, or `max` times; answers how many were made. */
async function guess(limits: SignInLimits, addressOf: (index: number) => string, nowMs: number, max: number) {
  for (let made = 0; made < max; made++) {
    const address = addressOf(made);
    if (!(await limits.check("ada", address, nowMs, never)).may) return made;
    limits.failed("ada", address, nowMs);
  }
  return max;
}

test("from one address each wrong password makes the next wait twice as long", async () => {
  const limits = new SignInLimits();
  expect(await guess(limits, () => "a", 0, 100)).toBe(5);
  expect(await limits.check("ada", "a", 0, never)).toEqual({ may: false, waitMs: 1000 });
  expect(await limits.check("ada", "a", 1000, never)).toEqual({ may: true });
  limits.failed("ada", "a", 1000);
  expect(await limits.check("ada", "a", 1000, never)).toEqual({ may: false, waitMs: 2000 });
  expect(await limits.check("ben", "a", 1000, never), "another account").toEqual({ may: true });
});

test("from many addresses together there are so many tries, and then the window has to pass", async () => {
  const limits = new SignInLimits();
  expect(await guess(limits, (index) => `a${index}`, 0, 1000)).toBe(30);
  expect(await limits.check("ada", "new", 1, never)).toEqual({ may: false, waitMs: 599_999 });
  expect(await limits.check("ada", "new", 600_000, never)).toEqual({ may: true });
});

test("who was signed in from there before is not locked out by strangers, and a right password starts anew", async () => {
  const limits = new SignInLimits();
  await guess(limits, (index) => `a${index}`, 0, 1000);
  expect(await limits.check("ada", "home", 1, always)).toEqual({ may: true });
  for (let made = 0; made < 4; made++) limits.failed("ada", "home", 1);
  limits.succeeded("ada", "home");
  for (let made = 0; made < 4; made++) limits.failed("ada", "home", 1);
  expect(await limits.check("ada", "home", 1, always)).toEqual({ may: true });
});

test("made-up accounts do not fill the memory", async () => {
  const limits = new SignInLimits();
  for (let index = 0; index < 30_000; index++) limits.failed(`account${index}`, "a", 0);
  for (let made = 0; made < 5; made++) limits.failed("account0", "a", 0);
  expect(await limits.check("account0", "a", 0, never)).toMatchObject({ may: false });
  expect(await limits.check("account1", "a", 0, never)).toEqual({ may: true });
});
