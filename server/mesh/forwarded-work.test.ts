import { afterEach, beforeEach, expect, test } from "vitest";
import { connectGrpc, type GrpcClient } from "#grpc/client.ts";
import { makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { type MeshHandle, startMesh } from "#server/mesh/start-mesh.ts";

/** Of one party and one method at a time: server/mesh/forwarder.ts. */
const AT_A_TIME = 32;

let ours: TestAuthority;
let mesh: MeshHandle;
let clients: GrpcClient[];
/** Who asked for what takes long, and what ends it. */
let begun: { readonly who: string; readonly end: () => void }[];

beforeEach(async () => {
  clients = [];
  begun = [];
  ours = await makeTestAuthority();
  mesh = await startMesh({
    snapshot: () => ({
      revision: 1,
      mesh: {
        trustDomain: "cluster.local",
        domainSuffix: "cluster.local",
        rootNamespace: "istio-system",
        traceSampling: 0,
      },
      resources: [],
      instances: [],
    }),
    host: "127.0.0.1",
    port: 0,
    plaintextPort: null,
    tls: { ...(await ours.issue("spiffe://cluster.local/ns/istio-system/sa/pharos")), roots: ours.roots },
    trustDomain: "cluster.local",
    handlers: new Map([
      [
        "/t.S/Slow",
        (request, { certificate }) =>
          new Promise((resolve) =>
            begun.push({ who: certificate?.uris[0]?.at(-1) ?? "", end: () => resolve(request) }),
          ),
      ],
      ["/t.S/Other", async (request) => request],
    ]),
    onLimit: () => undefined,
    onCrash: (error) => expect.fail(error.message),
    onFailure: (path, error) => expect.fail(`${path}: ${error.message}`),
  });
});
afterEach(async () => {
  for (const client of clients) client.close();
  await mesh.close();
});

async function dial(account: string): Promise<GrpcClient> {
  const shown = await ours.issue(`spiffe://cluster.local/ns/default/sa/${account}`);
  const client = await connectGrpc({ address: `127.0.0.1:${mesh.port}`, tls: { roots: ours.roots, ...shown } });
  clients.push(client);
  return client;
}

const ask = (client: GrpcClient, method: string) =>
  client.unary(`/t.S/${method}`, Buffer.from("x"), { timeoutMs: 60_000 });
/** Opens many calls, lets them arrive, and hangs up. */
async function askAndLeave(client: GrpcClient, count: number): Promise<void> {
  const gone = new AbortController();
  const options = { timeoutMs: 60_000, signal: gone.signal };
  const calls = Array.from({ length: count }, () => client.unary("/t.S/Slow", Buffer.from("x"), options));
  const settled = Promise.allSettled(calls);
  // What was sent before it on the same connection is there when it is answered.
  await ask(client, "Other");
  gone.abort();
  expect((await settled).map(({ status }) => status)).toEqual(calls.map(() => "rejected"));
}
const of = (who: string) => begun.filter((each) => each.who === who);

test("an agent that opens calls and hangs up piles up no work of a slow main thread, and the others are served", async () => {
  // On each connection fewer than HTTP/2 takes for an attack by itself: bounds are of the account, whichever it comes by.
  for (let round = 0; round < 10; round += 1) await askAndLeave(await dial("h"), 50);
  expect(of("h")).toHaveLength(AT_A_TIME);

  const good = await dial("g");
  await expect(ask(good, "Other")).resolves.toHaveLength(1);
  const slow = ask(good, "Slow");
  await expect.poll(() => of("g").length).toBe(1);
  of("g")[0]?.end();
  await expect(slow).resolves.toHaveLength(1);

  // What it left before its turn was never begun, and what was begun gives its place back.
  const before = of("h").length;
  for (const { end } of of("h")) end();
  const again = ask(await dial("h"), "Slow");
  await expect.poll(() => of("h").length).toBe(before + 1);
  of("h").at(-1)?.end();
  await expect(again).resolves.toHaveLength(1);
});
