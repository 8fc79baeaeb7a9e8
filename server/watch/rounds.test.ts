import { afterEach, expect, test } from "vitest";
import { Rounds } from "#server/watch/rounds.ts";
import { loggerTo, silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test("what takes long keeps what stands behind it waiting, and nothing else; whoever closes waits for it", async () => {
  const long = Promise.withResolvers<void>();
  const done = { health: 0, objectives: 0, alerts: 0 };
  const count = (what: keyof typeof done, then?: Promise<void>) => async () => {
    done[what] += 1;
    await then;
  };
  const rounds = new Rounds(1, silentLogger, [
    { health: count("health") },
    { objectives: count("objectives", long.promise), alerts: count("alerts") },
  ]);
  cleanup.add(() => rounds.close());
  cleanup.add(() => long.resolve());
  await eventually("health is looked at again and again", () => done.health > 3 || undefined);
  expect(done).toMatchObject({ objectives: 1, alerts: 0 });
  let isClosed = false;
  const closing = rounds.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  long.resolve();
  await closing;
  expect(done).toMatchObject({ objectives: 1, alerts: 0 });
});

test("what fails is told once, and again after it went well, and what stands behind it is done", async () => {
  const said: string[] = [];
  let [nth, behind] = [0, 0];
  const rounds = new Rounds(
    1,
    loggerTo((_, message) => said.push(message)),
    [
      {
        async health() {
          nth += 1;
          if (nth !== 3) throw new Error("no");
        },
        async alerts() {
          behind += 1;
        },
      },
    ],
  );
  cleanup.add(() => rounds.close());
  await eventually("it failed again and again", () => behind > 5 || undefined);
  expect(said).toEqual(Array(2).fill("health could not be looked at, and will be again"));
});
