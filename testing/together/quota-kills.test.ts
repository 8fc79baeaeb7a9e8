import { once } from "node:events";
import { request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { LimitFleet } from "#testing/limits/limit-fleet.ts";
import { SkewedLoad } from "#testing/limits/skewed-load.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const AMOUNT = 1_000_000;
const ROUNDS = Number(process.env.QUOTA_KILLS ?? 2);
const WORKERS = 6;

const QUOTA = `
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: monthly, namespace: default }
spec: { selector: { matchLabels: { app: api } }, amount: ${AMOUNT}, period: { calendar: Month } }
`;

test(
  "agents, their Envoys and the owner are killed under load: the ledger has what clients were admitted, and what was being answered",
  async () => {
    const fleet = await LimitFleet.open(cleanup, 2, QUOTA);
    const loads = fleet.members.map(({ port }) => new SkewedLoad(port, WORKERS, 5));
    cleanup.add(() => Promise.all(loads.map((load) => load.stop())));
    const { admitted } = fleet.app;
    const more = (count: number): Promise<void> => {
      const until = admitted.length + count;
      return eventually(`${count} more are admitted`, () => (admitted.length >= until ? true : undefined)).then(
        () => undefined,
      );
    };
    const kills = { agent: 0, envoy: 0, owner: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      await more(150);
      // The first two rounds kill all there is; of the others each as it happens.
      const isMeant = (): boolean => round < 2 || Math.random() < 0.5;
      const meant = { envoy: isMeant(), agent: isMeant(), owner: round === 1 || (round > 1 && isMeant()) };
      if (meant.envoy) fleet.killEnvoy(Math.random() < 0.5 ? 0 : 1);
      if (meant.agent) await fleet.killAgent(round % 2);
      if (meant.owner) await fleet.killOwner();
      for (const what of ["envoy", "agent", "owner"] as const) if (meant[what]) kills[what] += 1;
      if (meant.agent) fleet.startAgent(round % 2);
      if (meant.owner) await fleet.startOwner();
      await fleet.ready(fleet.members);
    }
    await more(100);
    await Promise.all(loads.map((load) => load.stop()));
    // Answered with an error, or not at all: it may have been charged.
    const unanswered = loads.reduce(
      (sum, { statuses, failures }) =>
        [...statuses].reduce((all, [status, count]) => (status >= 500 ? all + count : all), sum + failures),
      (kills.agent + kills.envoy) * 2 * WORKERS,
    );
    const api = connect({ dir: fleet.dir });
    const settled = await eventually("nothing is held, and all is told", async () => {
      const [consumer] = await api.limits.consumers.query({ limit: "default/monthly|Quota" });
      return consumer?.held === 0 && consumer.used <= admitted.length + unanswered ? consumer : undefined;
    });
    if (ROUNDS > 2) console.info({ kills, admitted: admitted.length, ledger: settled.used, unanswered });
    // Never less; more by what was being answered when an agent was killed.
    expect(settled.used).toBeGreaterThanOrEqual(admitted.length);
  },
  180_000 + ROUNDS * 30_000,
);

const BYTES = `
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: bytes, namespace: default }
spec: { selector: { matchLabels: { app: api } }, amount: 1000000000, unit: Bytes, period: { calendar: Month } }
`;

test("bytes of what goes on while its agent is killed are in the ledger, each once, also where it ends meanwhile", async () => {
  const fleet = await LimitFleet.open(cleanup, 1, BYTES);
  const [member] = fleet.members;
  if (member === undefined) throw new Error("one agent was started");
  const api = connect({ dir: fleet.dir });
  /** With the unit that each is let through for, which it holds until it has ended. */
  const used = async () => {
    const [consumer] = await api.limits.consumers.query({ limit: "default/bytes|Quota" });
    return { settled: consumer?.held === 0, units: (consumer?.used ?? 0) + (consumer?.held ?? 0) };
  };
  const before = await eventually("what came first is told", async () => {
    const { settled, units } = await used();
    return settled ? units : undefined;
  });
  const charged = (bytes: number) =>
    eventually(
      `${bytes} bytes are in the ledger`,
      async () => ((await used()).units === before + bytes ? true : undefined),
      60_000,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(await used())}, before ${before}`);
    });
  const upload = () => {
    const headers = { host: "api:9080" };
    const sent = request({ host: "127.0.0.1", port: member.port, method: "POST", path: "/", headers });
    const answered = once(sent, "response");
    answered.catch(() => undefined);
    return { sent, answered };
  };
  const [long, short] = [upload(), upload()];
  for (const { sent } of [long, short]) sent.write(Buffer.alloc(100_000));
  await charged(200_000);
  await fleet.killAgent(0);
  long.sent.write(Buffer.alloc(50_000));
  short.sent.end(Buffer.alloc(1000));
  await short.answered;
  fleet.startAgent(0);
  // With "ok", which it is answered.
  await charged(251_002);
  long.sent.end(Buffer.alloc(7));
  await long.answered;
  await charged(251_011);
}, 180_000);
