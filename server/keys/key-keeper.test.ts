import { expect, test } from "vitest";
import { api } from "#server/envoy/testing/random-draw.ts";
import { describeKeys } from "#server/keys/describe-keys.ts";
import { type KeptKeys, KeyKeeper } from "#server/keys/key-keeper.ts";

const A = "https://a/keys";
const wanted = (...locations: readonly string[]) => new Map(locations.map((each) => [each, 5000]));

/** A keeper whose answers and whose time the test decides. */
function setup(kept: ReadonlyMap<string, KeptKeys> = new Map()) {
  const changes: Readonly<Record<string, string | null>>[] = [];
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  const answers = new Map<string, string | Error>();
  const asked: string[] = [];
  let saved: ReadonlyMap<string, KeptKeys> = kept;
  let nowMs = 1000;
  const keeper = new KeyKeeper(kept, {
    fetch: async (location) => {
      asked.push(location);
      const answer = answers.get(location) ?? new Error("nobody is there");
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onChange: (sets) => changes.push(sets),
    save: (all) => {
      saved = new Map(all);
    },
    later: (ms, run) => {
      const timer = { ms, run };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    nowMs: () => nowMs,
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    keeper,
    changes,
    timers,
    answers,
    asked,
    settle,
    saved: () => saved,
    async elapse() {
      nowMs += 1000;
      for (const { run } of timers.splice(0)) run();
      await settle();
    },
  };
}

test("keys are fetched, again every twenty minutes, and told when they are others", async () => {
  const { keeper, answers, changes, timers, elapse, settle, saved } = setup();
  answers.set(A, "one");
  keeper.follow(wanted(A));
  await keeper.triedAll();
  await settle();
  expect(changes).toEqual([{ [A]: "one" }]);
  expect(timers.map(({ ms }) => ms)).toEqual([20 * 60_000]);
  await elapse();
  expect(changes).toHaveLength(1);
  answers.set(A, "two");
  await elapse();
  expect(changes.at(-1)).toEqual({ [A]: "two" });
  expect(saved().get(A)).toEqual({ keys: "two", fetchedAtMs: 3000 });
});

test("the last good keys are kept whatever becomes of their server, with their age and the error", async () => {
  const { keeper, answers, changes, timers, elapse, settle } = setup();
  answers.set(A, "one");
  keeper.follow(wanted(A));
  await settle();
  answers.set(A, new Error("it is gone"));
  await elapse();
  expect(keeper.keySets()).toEqual({ [A]: "one" });
  expect(keeper.status(A)).toMatchObject({ fetchedAtMs: 1000, error: "it is gone", keys: "one" });
  expect(keeper.status(A)?.nextAtMs).toBe(2000 + (timers[0]?.ms ?? 0));
  expect(changes).toHaveLength(1);
  // Soon, and then less and less often.
  const [first] = timers;
  expect(first?.ms).toBeLessThanOrEqual(1000);
  await elapse();
  expect(timers[0]?.ms).toBeGreaterThan(900);
  answers.set(A, "one");
  await elapse();
  expect(keeper.status(A)?.error).toBeUndefined();
});

test("what an earlier process fetched is used until it is fetched again", async () => {
  const { keeper, settle } = setup(new Map([[A, { keys: "old", fetchedAtMs: 7 }]]));
  keeper.follow(wanted(A));
  await keeper.triedAll();
  expect(keeper.keySets()).toEqual({ [A]: "old" });
  await settle();
  expect(keeper.status(A)).toMatchObject({ fetchedAtMs: 7, error: "nobody is there" });
});

test("what nobody wants any more is given up, and is not asked for", async () => {
  const { keeper, answers, changes, timers, asked, settle } = setup();
  answers.set(A, "one");
  keeper.follow(wanted(A));
  await settle();
  keeper.follow(wanted());
  expect(changes.at(-1)).toEqual({ [A]: null });
  expect(timers).toEqual([]);
  expect(keeper.status(A)).toBeUndefined();
  expect(asked).toEqual([A]);
});

test("one policy's places are not asked all at once", async () => {
  const { keeper, asked } = setup();
  keeper.follow(wanted(...Array.from({ length: 20 }, (_, index) => `https://a/${index}`)));
  expect(asked).toHaveLength(8);
  await keeper.triedAll();
  expect(asked).toHaveLength(20);
});

test("one that is given up and wanted again before its turn is asked once, and once in twenty minutes", async () => {
  const { keeper, asked, answers, timers, settle } = setup();
  const others = Array.from({ length: 8 }, (_, index) => `https://b/${index}`);
  for (const each of [...others, A]) answers.set(each, "keys");
  keeper.follow(wanted(...others, A));
  keeper.follow(wanted(...others));
  keeper.follow(wanted(...others, A));
  await keeper.triedAll();
  await settle();
  expect(asked.filter((each) => each === A)).toHaveLength(1);
  expect(timers).toHaveLength(9);
});

test("an object says that its keys were never fetched, or how old they are", () => {
  const resource = api("RequestAuthentication", "security", "a", "default", {
    jwtRules: [{ issuer: "me", jwksUri: A }],
  });
  if (!("jwtRules" in resource.spec)) throw new Error("not a RequestAuthentication");
  const told = (fetchedAtMs: number | undefined, error: string | undefined) =>
    describeKeys([resource as Parameters<typeof describeKeys>[0][number]], () => ({ fetchedAtMs, error })).map(
      ({ severity, path, message }) => `${severity} ${path?.join(".")} ${message}`,
    );
  expect(told(undefined, "no")).toEqual([
    "error spec.jwtRules.0.jwksUri the keys were never fetched, and tokens of me are refused: no",
  ]);
  expect(told(0, "no")).toEqual([
    "warning spec.jwtRules.0.jwksUri the keys could not be fetched again, and those of 1970-01-01T00:00:00.000Z are used: no",
  ]);
  expect(told(0, undefined)).toEqual([]);
});
