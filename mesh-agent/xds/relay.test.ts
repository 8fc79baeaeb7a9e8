import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { beforeEach, expect, test } from "vitest";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { Relay, type RelayEffect } from "#mesh-agent/xds/relay.ts";
import { NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { silentLogger } from "#testing/loggers.ts";

const { CDS, EDS, VHDS } = TYPE_URLS;

/** Runs one relay as its IO would: commits go to a real cache, messages to two lists. */
class Script {
  readonly relay: Relay;
  readonly cache: DiskCache;
  toEnvoy: DeltaDiscoveryResponse[] = [];
  toUpstream: DeltaDiscoveryRequest[] = [];
  raw: Uint8Array[] = [];
  refusals: string[] = [];

  constructor(cache: DiskCache) {
    this.cache = cache;
    this.relay = new Relay(cache, () => create(NodeSchema, { id: "agent's" }));
  }

  envoy(request: MessageInitShape<typeof DeltaDiscoveryRequestSchema>): Uint8Array {
    const bytes = toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request));
    this.do(this.relay.fromEnvoy(bytes));
    return bytes;
  }

  upstream(typeUrl: string, nonce: string, resources: Record<string, string>, removedResources: string[] = []): void {
    const response = create(DeltaDiscoveryResponseSchema, {
      typeUrl,
      nonce,
      removedResources,
      resources: Object.entries(resources).map(([name, version]) => ({
        name,
        version,
        resource: { typeUrl, value: Buffer.from(`${name}@${version}`) },
      })),
    });
    this.do(this.relay.fromUpstream(toBinary(DeltaDiscoveryResponseSchema, response)));
  }

  ack(typeUrl: string, responseNonce: string): void {
    this.envoy({ typeUrl, responseNonce });
  }

  do(effects: readonly RelayEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "to-envoy") this.toEnvoy.push(fromBinary(DeltaDiscoveryResponseSchema, effect.message));
      if (effect.kind === "to-upstream") {
        this.raw.push(effect.message);
        this.toUpstream.push(fromBinary(DeltaDiscoveryRequestSchema, effect.message));
      }
      if (effect.kind === "commit") this.cache.commit(effect.commit);
      if (effect.kind === "refused") this.refusals.push(effect.message);
    }
  }

  /** Name@version of what the cache holds. */
  cached(type: string): string[] {
    return this.cache.list(type).map(({ name, version }) => `${name}@${version}`);
  }

  takeToEnvoy(): DeltaDiscoveryResponse[] {
    return this.toEnvoy.splice(0);
  }

  takeToUpstream(): DeltaDiscoveryRequest[] {
    return this.toUpstream.splice(0);
  }
}

const names = (response: DeltaDiscoveryResponse | undefined): string[] =>
  (response?.resources ?? []).map(
    ({ name, version, resource }) => `${name}@${version}${resource === undefined ? " (none)" : ""}`,
  );

let cache: DiskCache;
let s: Script;
beforeEach(() => {
  cache = DiskCache.open(":memory:", silentLogger);
  s = new Script(cache);
});

/** An Envoy that holds cluster a@1 and its endpoints a@1, both acknowledged. */
function synced(script: Script): void {
  script.do(script.relay.upstreamUp());
  script.envoy({ typeUrl: CDS, node: { id: "envoy's" } });
  script.upstream(CDS, "c1", { a: "1" });
  script.ack(CDS, "c1");
  script.envoy({ typeUrl: EDS, resourceNamesSubscribe: ["a"] });
  script.upstream(EDS, "e1", { a: "1" });
  script.ack(EDS, "e1");
  script.takeToEnvoy();
  script.takeToUpstream();
}

test("messages pass as they are while the control plane is there, but for the node", () => {
  s.do(s.relay.upstreamUp());
  s.envoy({ typeUrl: CDS, node: { id: "envoy's" } });
  expect(s.toUpstream[0]?.node?.id).toBe("agent's");
  s.upstream(CDS, "c1", { a: "1" });
  const ack = s.envoy({ typeUrl: CDS, responseNonce: "c1" });
  const subscription = s.envoy({ typeUrl: EDS, resourceNamesSubscribe: ["a"] });
  expect(s.raw.slice(1)).toEqual([ack, subscription]);
  expect(names(s.toEnvoy[0])).toEqual(["a@1"]);
});

test("only what Envoy acknowledged becomes the last good configuration", () => {
  s.do(s.relay.upstreamUp());
  s.envoy({ typeUrl: CDS });
  s.upstream(CDS, "c1", { a: "1" });
  expect(s.cached(CDS)).toEqual([]);
  s.ack(CDS, "c1");
  expect(s.cached(CDS)).toEqual(["a@1"]);
  s.upstream(CDS, "c2", { b: "1" }, ["a"]);
  s.ack(CDS, "c2");
  expect(s.cached(CDS)).toEqual(["b@1"]);
});

test.each([
  ["names one of two", "Error adding/updating cluster(s) bad: no such thing", ["good@1"]],
  ["names none", "Proto constraint validation failed", []],
])("a refusal that %s keeps what Envoy applied", (_, message, expected) => {
  s.do(s.relay.upstreamUp());
  s.envoy({ typeUrl: CDS });
  s.upstream(CDS, "c1", { good: "1", bad: "1" });
  s.envoy({ typeUrl: CDS, responseNonce: "c1", errorDetail: { code: 3, message } });
  expect(s.cached(CDS)).toEqual(expected);
  expect(s.refusals).toEqual([message]);
  expect(s.toUpstream.at(-1)?.errorDetail?.message).toBe(message);
});

test("Envoy hears nothing when the control plane goes and comes back unchanged", () => {
  synced(s);
  s.do(s.relay.upstreamDown());
  s.do(s.relay.upstreamUp());
  expect(s.takeToEnvoy()).toEqual([]);
  const [clusters, endpoints] = s.takeToUpstream();
  expect(clusters).toMatchObject({
    typeUrl: CDS,
    node: { id: "agent's" },
    resourceNamesSubscribe: [],
    initialResourceVersions: { a: "1" },
    responseNonce: "",
  });
  expect(endpoints).toMatchObject({ typeUrl: EDS, resourceNamesSubscribe: ["a"], initialResourceVersions: { a: "1" } });
  expect(endpoints?.node).toBeUndefined();
});

test("a wildcard with names is subscribed again as both", () => {
  synced(s);
  s.envoy({ typeUrl: CDS, resourceNamesSubscribe: ["on-demand"] });
  s.takeToUpstream();
  s.do(s.relay.upstreamDown());
  s.do(s.relay.upstreamUp());
  expect(s.takeToUpstream()[0]?.resourceNamesSubscribe).toEqual(["*", "on-demand"]);
});

test("what changed while it was away arrives after it is back", () => {
  synced(s);
  s.do(s.relay.upstreamDown());
  s.do(s.relay.upstreamUp());
  s.upstream(CDS, "c1", { a: "2" });
  s.ack(CDS, "c1");
  expect(names(s.takeToEnvoy()[0])).toEqual(["a@2"]);
  expect(s.toUpstream.at(-1)?.responseNonce).toBe("c1");
  expect(s.cached(CDS)).toEqual(["a@2"]);
});

test("an acknowledgement of a stream that is gone is kept and not passed on", () => {
  synced(s);
  s.upstream(CDS, "c2", { a: "2" });
  s.do(s.relay.upstreamDown());
  s.do(s.relay.upstreamUp());
  s.takeToUpstream();
  s.ack(CDS, "c2");
  expect(s.takeToUpstream()).toEqual([]);
  expect(s.cached(CDS)).toEqual(["a@2"]);
});

test("a subscription in an acknowledgement of a stream that is gone is passed on without it", () => {
  synced(s);
  s.upstream(EDS, "e2", { a: "2" });
  s.do(s.relay.upstreamDown());
  s.do(s.relay.upstreamUp());
  s.takeToUpstream();
  s.envoy({ typeUrl: EDS, responseNonce: "e2", resourceNamesSubscribe: ["b"] });
  expect(s.takeToUpstream()).toMatchObject([{ responseNonce: "", resourceNamesSubscribe: ["b"] }]);
});

test("an Envoy that starts while the control plane is away gets the last good configuration", () => {
  synced(s);
  const cold = new Script(cache);
  cold.do(cold.relay.upstreamDown());
  cold.envoy({ typeUrl: CDS, node: { id: "envoy's" } });
  const [clusters] = cold.takeToEnvoy();
  expect(names(clusters)).toEqual(["a@1"]);
  cold.ack(CDS, clusters?.nonce ?? "");
  cold.envoy({ typeUrl: EDS, resourceNamesSubscribe: ["a", "gone"] });
  const [endpoints] = cold.takeToEnvoy();
  expect(names(endpoints)).toEqual(["a@1"]);
  expect(endpoints?.removedResources).toEqual(["gone"]);
  cold.ack(EDS, endpoints?.nonce ?? "");
  expect(cold.takeToUpstream()).toEqual([]);
  cold.do(cold.relay.upstreamUp());
  expect(cold.takeToUpstream()).toMatchObject([
    { typeUrl: CDS, initialResourceVersions: { a: "1" } },
    { typeUrl: EDS, resourceNamesSubscribe: ["a", "gone"], initialResourceVersions: { a: "1" } },
  ]);
});

test("without any last good configuration Envoy waits, and is served when the control plane comes", () => {
  s.do(s.relay.upstreamDown());
  s.envoy({ typeUrl: CDS });
  expect(s.takeToEnvoy()).toEqual([]);
  s.do(s.relay.upstreamUp());
  expect(s.takeToUpstream()).toMatchObject([{ typeUrl: CDS, resourceNamesSubscribe: [] }]);
});

test("an empty answer is part of the last good configuration, but for virtual hosts", () => {
  synced(s);
  const cold = new Script(cache);
  cold.do(cold.relay.upstreamDown());
  cold.envoy({ typeUrl: TYPE_URLS.LDS });
  cold.envoy({ typeUrl: VHDS });
  expect(cold.takeToEnvoy()).toMatchObject([{ typeUrl: TYPE_URLS.LDS, resources: [] }]);
});

test("while the first attempt to connect runs, nothing is answered; when it fails, all is", () => {
  synced(s);
  const cold = new Script(cache);
  cold.envoy({ typeUrl: CDS });
  expect(cold.takeToEnvoy()).toEqual([]);
  cold.do(cold.relay.upstreamDown());
  expect(names(cold.takeToEnvoy()[0])).toEqual(["a@1"]);
});

test("a control plane that is there and silent is not waited for, nor spoken for", () => {
  synced(s);
  const cold = new Script(cache);
  cold.do(cold.relay.upstreamUp());
  cold.envoy({ typeUrl: CDS });
  cold.envoy({ typeUrl: EDS, resourceNamesSubscribe: ["a", "unknown"] });
  cold.do(cold.relay.patienceOver());
  const [clusters, endpoints] = cold.takeToEnvoy();
  expect(names(clusters)).toEqual(["a@1"]);
  expect(names(endpoints)).toEqual(["a@1"]);
  expect(endpoints?.removedResources).toEqual([]);
  cold.takeToUpstream();
  cold.ack(CDS, clusters?.nonce ?? "");
  expect(cold.takeToUpstream()).toEqual([]);
  cold.do(cold.relay.patienceOver());
  expect(cold.takeToEnvoy()).toEqual([]);
});

test("an Envoy that comes back with what it holds is not sent it again", () => {
  synced(s);
  const warm = new Script(cache);
  warm.do(warm.relay.upstreamDown());
  warm.envoy({ typeUrl: CDS, initialResourceVersions: { a: "1" } });
  warm.envoy({ typeUrl: EDS, resourceNamesSubscribe: ["a"], initialResourceVersions: { a: "1" } });
  expect(warm.takeToEnvoy()).toEqual([]);
});

test("what Envoy holds and the cache lacks is asked for again", () => {
  synced(s);
  const warm = new Script(cache);
  warm.do(warm.relay.upstreamUp());
  warm.envoy({ typeUrl: CDS, initialResourceVersions: { a: "1", b: "7" } });
  expect(warm.takeToUpstream()[0]?.initialResourceVersions).toEqual({ a: "1", b: "" });
});

test("a whole answer to a new Envoy clears what no longer exists", () => {
  synced(s);
  const cold = new Script(cache);
  cold.do(cold.relay.upstreamUp());
  cold.envoy({ typeUrl: CDS });
  cold.upstream(CDS, "x1", { b: "1" });
  cold.ack(CDS, "x1");
  expect(cold.cached(CDS)).toEqual(["b@1"]);
});

test("names that Envoy gives up leave the last good configuration", () => {
  synced(s);
  s.envoy({ typeUrl: EDS, resourceNamesUnsubscribe: ["a"] });
  expect(s.cached(EDS)).toEqual([]);
  expect(s.cached(CDS)).toEqual(["a@1"]);
});

test("a virtual host is found by the name it was asked for; one that is unknown does not exist", () => {
  s.do(s.relay.upstreamUp());
  s.envoy({ typeUrl: VHDS });
  const response = create(DeltaDiscoveryResponseSchema, {
    typeUrl: VHDS,
    nonce: "v1",
    resources: [
      {
        name: "80/reviews.default",
        version: "1",
        aliases: ["80/reviews"],
        resource: { typeUrl: VHDS, value: Buffer.from("x") },
      },
    ],
  });
  s.do(s.relay.fromUpstream(toBinary(DeltaDiscoveryResponseSchema, response)));
  s.ack(VHDS, "v1");
  const cold = new Script(cache);
  cold.do(cold.relay.upstreamDown());
  cold.envoy({ typeUrl: VHDS, resourceNamesSubscribe: ["80/reviews", "80/nobody"] });
  const [hosts] = cold.takeToEnvoy();
  expect(names(hosts)).toEqual(["80/reviews.default@1", "80/nobody@ (none)"]);
  expect(hosts?.removedResources).toEqual([]);
});

test("what an Envoy never asked for is pruned once it has had time to ask", () => {
  synced(s);
  cache.commit({ type: EDS, upserts: [{ name: "old", version: "1", aliases: [], body: Buffer.of() }], removes: [] });
  s.do(s.relay.prune());
  expect(s.cached(EDS)).toEqual(["a@1"]);
});
