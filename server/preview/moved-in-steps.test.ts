// A rule by a label moves all who carry it: others are served between two of them, and who goes or comes back meanwhile is moved by that.
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash } from "#server/envoy/testing/random-world.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { connect } from "#server/preview/testing/connect.ts";
import { AdsServer } from "#server/xds/ads-server.ts";

function read(text: string) {
  const documents = parseAllDocuments(text);
  if ("empty" in documents) throw new Error("no documents");
  return makeSnapshot(documents, []);
}

const SERVICE = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a, namespace: default }
spec:
  hosts: [a.example.test]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: 10.0.0.1, labels: { tier: gold } }, { address: 10.0.0.2 }]
`;
const RULE = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a, namespace: default }
spec:
  host: a.example.test
  trafficPolicy: { outlierDetection: {}, loadBalancer: { localityLbSetting: { failoverPriority: [tier] } } }
`;
const NODES = ["a", "b", "c"].map((name) =>
  makeNode({ type: "sidecar", name, namespace: "default", mode: "REDIRECT", labels: { tier: "gold" } }),
);
const change = (revision: number, upserts: ReturnType<typeof read>["resources"]) => ({
  ...{ revision, upserts },
  ...{ deletes: [], instanceUpserts: [], instanceDeletes: [] },
});

test("whoever is to be moved is moved once, or has gone", async () => {
  const compiler = createCompiler(read(SERVICE), { hash });
  const ads = new AdsServer({
    source: compiler,
    authorize: (said) => ({
      node: NODES.find(({ id }) => id === said.id) ?? said,
      spiffeId: null,
      isRegistered: false,
    }),
    onEvent: () => undefined,
  });
  const streams = NODES.map((node) => connect(ads, node));
  const { changes, reopen } = compiler.apply(change(2, read(RULE).resources));
  expect(reopen.size).toBe(NODES.length);
  const steps = ads.distributing(changes, 2, reopen);
  expect(steps.next().done).toBe(false);
  // The second goes before its turn.
  expect(ads.distribution(2)?.isComplete).toBe(false);
  streams[1]?.onClose?.();
  let left = 0;
  while (steps.next().done !== true) left += 1;
  expect(left).toBeGreaterThan(0);
  await new Promise((done) => setImmediate(done));
  expect(ads.distribution(2)).toMatchObject({
    isComplete: true,
    proxies: [{ id: NODES[0]?.id }, { id: NODES[2]?.id }],
  });
  expect(compiler.nodes().map(({ name }) => name)).toEqual(["a", "c"]);
  for (const { id } of [NODES[0], NODES[2]].flatMap((node) => node ?? [])) {
    expect(ads.view(id)?.layers.map(({ id: layer }) => layer)[1]).toContain("gold");
    expect(ads.proxy(id)?.sync.EDS).toBe("SYNCED");
  }
  // What was its own before is followed as before.
  const next = compiler.apply(change(3, read(SERVICE.replace("number: 80", "number: 81")).resources));
  ads.distribute(next.changes, 3, next.reopen);
  await new Promise((done) => setImmediate(done));
  expect(ads.distribution(3)?.proxies.map(({ state }) => state)).toEqual(["acked", "acked"]);
});
