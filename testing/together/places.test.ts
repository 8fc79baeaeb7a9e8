import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { afterEach, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { LimitFleet } from "#testing/limits/limit-fleet.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const LIMIT = `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: busy, namespace: default }
spec:
  selector: { matchLabels: { app: api } }
  whenUncoordinated: Deny
  rules: [{ name: at-a-time, limit: { amount: 3, unit: Concurrent } }]
`;

const call = (port: number, method = "GET"): ClientRequest =>
  request({ host: "127.0.0.1", port, method, headers: { host: "api:9080" } });

async function statusOf(port: number): Promise<number> {
  const asked = call(port).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

test("places of requests that go on are theirs while agents are killed, and free when they end meanwhile", async () => {
  const fleet = await LimitFleet.open(cleanup, 2, LIMIT);
  const [one = 0, other = 0] = fleet.members.map(({ port }) => port);
  const seen = () => fleet.app.admitted.length;
  const upload = async (port: number): Promise<() => Promise<void>> => {
    const asked = await eventually("an upload is let through", async () => {
      const before = seen();
      const begun = call(port, "POST").on("error", () => undefined);
      begun.write("x");
      const isRefused = once(begun, "response").then(() => true);
      const isThere = eventually("it came", () => (seen() > before ? true : undefined), 5000).then(() => false);
      if (!(await Promise.race([isRefused, isThere]))) return begun;
      begun.destroy();
      return undefined;
    });
    cleanup.add(async () => void asked.destroy());
    return async () => {
      const answered = once(asked, "response");
      asked.end();
      await answered;
    };
  };
  const first = await upload(one);
  const second = await upload(one);
  await upload(other);
  expect([await statusOf(one), await statusOf(other)]).toEqual([429, 429]);

  const api = connect({ dir: fleet.dir });
  const known = async (): Promise<unknown> => {
    const [rule] = await api.limits.rules.query();
    const consumers = await api.limits.consumers.query({ limit: rule?.id ?? "", most: 1 });
    return consumers.map(({ used, held, left }) => ({ used, held, left }));
  };
  const answers = new Set<number>();
  await fleet.killAgent(0);
  fleet.startAgent(0);
  await eventually("its next run says which places are taken", async () => {
    answers.add(await statusOf(other)).add(await statusOf(one));
    return isDeepStrictEqual(await known(), [{ used: 0, held: 3, left: 0 }]) || undefined;
  });
  // 500 while nobody decides.
  expect([...answers].filter((status) => status < 400)).toEqual([]);
  await first();
  await eventually("its place is free", async () => (await statusOf(other)) === 200 || undefined);

  await fleet.killAgent(0);
  await second();
  fleet.startAgent(0);
  await upload(other);
  await upload(other);
  expect(await statusOf(other)).toBe(429);
  await eventually("the agent is there", async () => (await statusOf(one)) === 429 || undefined);
}, 180_000);
