import { expect, test } from "vitest";
import { SignInLimits } from "#server/auth/sign-in-limits.ts";

const never = async () => false;
const always = async () => true;

/** Tries until it is told to wait, or `max` times; answers how many were made. */
async function guess(limits: SignInLimits, addressOf: (index: number) => string, nowMs: number, max: number) {
  for (let made = 0; made < max; made++) {
    const address = addressOf(made);
    if (!(await limits.begin("ada", address, nowMs, never)).may) return made;
  }
  return max;
}

test("from one address each wrong password makes the next wait twice as long", async () => {
  const limits = new SignInLimits();
  expect(await guess(limits, () => "a", 0, 100)).toBe(5);
  expect(await limits.begin("ada", "a", 0, never)).toEqual({ may: false, waitMs: 1000 });
  expect(await limits.begin("ada", "a", 1000, never)).toEqual({ may: true });
  expect(await limits.begin("ada", "a", 1000, never)).toEqual({ may: false, waitMs: 2000 });
  expect(await limits.begin("ben", "a", 1000, never), "another account").toEqual({ may: true });
});

test("from many addresses together there are so many tries, and then the window has to pass", async () => {
  const limits = new SignInLimits();
  expect(await guess(limits, (index) => `a${index}`, 0, 1000)).toBe(30);
  expect(await limits.begin("ada", "new", 1, never)).toEqual({ may: false, waitMs: 599_999 });
  expect(await limits.begin("ada", "new", 600_000, never)).toEqual({ may: true });
});

test("who was signed in from there before is not locked out by strangers, and a right password starts anew", async () => {
  const limits = new SignInLimits();
  await guess(limits, (index) => `a${index}`, 0, 1000);
  expect(await limits.begin("ada", "home", 1, always)).toEqual({ may: true });
  for (let made = 0; made < 3; made++) await limits.begin("ada", "home", 1, always);
  limits.succeeded("ada", "home");
  for (let made = 0; made < 5; made++) expect(await limits.begin("ada", "home", 1, always)).toEqual({ may: true });
  expect(await limits.begin("ada", "home", 1, always)).toMatchObject({ may: false });
});

test("made-up accounts do not fill the memory", async () => {
  const limits = new SignInLimits();
  for (let index = 0; index < 30_000; index++) await limits.begin(`account${index}`, "a", 0, never);
  for (let made = 0; made < 5; made++) await limits.begin("account0", "a", 0, never);
  expect(await limits.begin("account0", "a", 0, never)).toMatchObject({ may: false });
  expect(await limits.begin("account1", "a", 0, never)).toEqual({ may: true });
});

test("a thousand at the same moment are no more than one after another", async () => {
  const limits = new SignInLimits();
  const verdicts = (count: number, addressOf: (index: number) => string) =>
    Promise.all(Array.from({ length: count }, (_, index) => limits.begin("ada", addressOf(index), 0, never)));
  expect((await verdicts(1000, () => "a")).filter(({ may }) => may).length).toBe(5);
  expect((await verdicts(1000, (index) => `a${index}`)).filter(({ may }) => may).length).toBe(25);
});

test("one that was not made after all leaves its try to the next", async () => {
  const limits = new SignInLimits();
  for (let made = 0; made < 100; made++) {
    expect(await limits.begin("ada", "a", 0, never)).toEqual({ may: true });
    limits.notMade("ada", "a");
  }
});
