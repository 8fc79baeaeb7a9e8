import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { Relay, type RelayEffect } from "#mesh-agent/xds/relay.ts";
import { NodeSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { DeltaStream } from "#server/xds/delta-stream.ts";
import type { Response } from "#server/xds/response.ts";
import { ServedLayer } from "#server/xds/served-layer.ts";
import { SubscriptionTable } from "#server/xds/subscription.ts";
import { Suspects } from "#server/xds/suspects.ts";
import { StaticLayer } from "#server/xds/testing/static-layer.ts";
import { fc } from "#testing/fc.ts";
import { silentLogger } from "#testing/loggers.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const TYPES = ["CDS", "EDS", "LDS", "RDS", "VHDS"] as const satisfies readonly XdsType[];
const typeOf = (url: string) => TYPES.find((type) => TYPE_URLS[type] === url) ?? "CDS";
/** Names as each type has them: virtual hosts carry their route configuration's. */
const nameOf = (type: XdsType, name: string) => (type === "VHDS" ? `a/${name}` : name);
/** Endpoints and routes are asked for by name. */
const asksFor = (type: XdsType) => (type === "EDS" || type === "RDS" ? NAMES : []);

/** Envoy as `what-envoy-applies.test.ts` finds it. A body that begins with "bad" is refused, with "bad!" its whole response cannot be read. */
class ModelEnvoy {
  readonly held = new Map<XdsType, Map<string, string>>(TYPES.map((type) => [type, new Map()]));
  /** What it says that it holds: what it acknowledged. */
  readonly said = new Map<XdsType, Map<string, string>>(TYPES.map((type) => [type, new Map()]));
  readonly #pick: () => boolean;

  constructor(pick: () => boolean) {
    this.#pick = pick;
  }

  /** Applies what Envoy would; returns its words when it refuses. */
  take({ typeUrl, resources, removedResources }: DeltaDiscoveryResponse): string | undefined {
    const type = typeOf(typeUrl);
    const held = this.held.get(type) ?? new Map<string, string>();
    const said = this.said.get(type) ?? new Map<string, string>();
    const all = resources.map(({ name, version, resource }) => ({
      name,
      version,
      body: Buffer.from(resource?.value ?? []).toString(),
    }));
    const bad = all.filter(({ body }) => body.startsWith("bad"));
    const unread = all.find(({ body }) => body.startsWith("bad!"));
    if (unread !== undefined)
      return this.#pick()
        ? "cannot be read"
        : `goo.gle/debugstr \nname: "${unread.name}"\n: Proto constraint validation failed`;
    const isEach = type === "CDS" || type === "LDS";
    for (const { name, body } of all)
      if (!body.startsWith("bad") && (bad.length === 0 || isEach || this.#pick())) held.set(name, body);
    if (bad.length === 0 || isEach) for (const name of removedResources) held.delete(name);
    if (bad.length > 0)
      return isEach
        ? `Error adding/updating ${type === "CDS" ? "cluster" : "listener"}(s) ${bad.map(({ name, body }) => `${name}: ${body}`).join(", ")}`
        : "it is bad";
    for (const { name, version } of all) said.set(name, version);
    for (const name of removedResources) said.delete(name);
    return undefined;
  }
}

/** Envoy, agent and control plane, and the messages between the first two. */
class World {
  readonly layer = new StaticLayer("outbound/default", {
    CDS: Object.fromEntries(NAMES.map((name) => [name, `${name}0`])),
  });
  readonly served = new ServedLayer(this.layer);
  readonly table = new SubscriptionTable();
  readonly suspects = new Suspects();
  readonly cache = DiskCache.open(":memory:", silentLogger);
  readonly pick: () => boolean;
  envoy: ModelEnvoy;
  relay: Relay;
  server: DeltaStream | undefined;
  toEnvoy: Uint8Array[] = [];
  messages = 0;

  constructor(pick: () => boolean) {
    this.pick = pick;
    this.envoy = new ModelEnvoy(pick);
    this.relay = this.#agent();
    this.connect();
    this.subscribe();
  }

  /** A stream of its own to a server that knows nothing of it. */
  connect(): void {
    this.server = new DeltaStream([this.served], this.table, this.suspects);
    this.do(this.relay.upstreamUp());
  }

  disconnect(): void {
    this.server = undefined;
    this.do(this.relay.upstreamDown());
  }

  restartAgent(): void {
    this.toEnvoy = [];
    this.relay = this.#agent();
    if (this.server !== undefined) this.connect();
    else this.do(this.relay.upstreamDown());
    this.subscribe();
  }

  restartEnvoy(): void {
    this.envoy = new ModelEnvoy(this.pick);
    this.restartAgent();
  }

  subscribe(): void {
    for (const type of TYPES)
      this.ask({
        typeUrl: TYPE_URLS[type],
        resourceNamesSubscribe: [...asksFor(type)],
        initialResourceVersions: Object.fromEntries(this.envoy.said.get(type) ?? []),
      });
  }

  edit(type: XdsType, changes: Readonly<Record<string, string | null>>): void {
    this.served.advance([this.layer.edit(type, changes)]);
    this.fromServer(this.server?.flush() ?? []);
  }

  /** Envoy reads one message, if there is one, and answers. */
  step(): boolean {
    const message = this.toEnvoy.shift();
    if (message === undefined) return false;
    this.messages += 1;
    const response = fromBinary(DeltaDiscoveryResponseSchema, message);
    const words = this.envoy.take(response);
    this.ask({
      typeUrl: response.typeUrl,
      responseNonce: response.nonce,
      ...(words === undefined ? {} : { errorDetail: { code: 13, message: words } }),
    });
    return true;
  }

  settle(): void {
    for (let steps = 0; this.step(); steps += 1) if (steps > 5000) throw new Error("they never come to rest");
  }

  ask(request: Parameters<typeof create<typeof DeltaDiscoveryRequestSchema>>[1]): void {
    this.do(this.relay.fromEnvoy(toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))));
  }

  do(effects: readonly RelayEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "to-envoy") this.toEnvoy.push(effect.message);
      else if (effect.kind === "commit") this.cache.commit(effect.commit);
      else if (effect.kind === "to-upstream" && this.server !== undefined) {
        this.fromServer(this.server.receive(Buffer.from(effect.message)).responses);
        this.fromServer(this.server.flush());
      }
    }
  }

  fromServer(responses: readonly Response[]): void {
    for (const { parts } of responses) this.do(this.relay.fromUpstream(Buffer.concat(parts)));
  }

  #agent(): Relay {
    return new Relay(this.cache, () => create(NodeSchema, { id: "x" }));
  }
}

type Step =
  | {
      readonly kind: "edit";
      readonly type: XdsType;
      readonly changes: Readonly<Record<string, "good" | "bad" | "bad!" | "gone">>;
    }
  | { readonly kind: "read" | "disconnect" | "connect" | "restart agent" | "restart envoy" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      type: fc.constantFrom(...TYPES),
      changes: fc.dictionary(
        fc.constantFrom(...NAMES),
        fc.constantFrom("good", "good", "good", "bad", "bad!", "gone"),
        { minKeys: 1, maxKeys: 12 },
      ),
    }),
  },
  { weight: 8, arbitrary: fc.constant({ kind: "read" as const }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("disconnect", "connect", "restart agent", "restart envoy")
      .map((kind) => ({ kind }) as Step),
  },
);

function act(world: World, each: Step, version: number): void {
  if (each.kind === "edit") {
    // Few versions, so that one comes back that was there before.
    const changes = Object.entries(each.changes).map(([name, how]) => [
      nameOf(each.type, name),
      how === "gone" ? null : `${how}${version % 3}`,
    ]);
    world.edit(each.type, Object.fromEntries(changes));
  } else if (each.kind === "read") world.step();
  else if (each.kind === "disconnect") world.disconnect();
  else if (each.kind === "connect") world.connect();
  else if (each.kind === "restart agent") world.restartAgent();
  else world.restartEnvoy();
}

test("whatever is edited, refused, cut off and started again: Envoy ends up with all that is good, and the server names the rest", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.boolean()), (steps, bits) => {
      const world = new World(() => bits.next().value === true);
      for (const [index, each] of steps.entries()) act(world, each, index);
      if (world.server === undefined) world.connect();
      world.settle();
      world.do(world.relay.prune());
      for (const type of TYPES) {
        const wanted = [...(world.layer.resources.get(type) ?? [])].map(
          ([name, { body }]) => [name, Buffer.from(body).toString()] as const,
        );
        const isBad = (body: string) => body.startsWith("bad");
        const held = world.envoy.held.get(type) ?? new Map<string, string>();
        expect(wanted.filter(([name, body]) => !isBad(body) && held.get(name) !== body)).toEqual([]);
        expect([...held.values()].filter(isBad)).toEqual([]);
        const names = new Set(wanted.map(([name]) => name));
        expect([...held.keys()].filter((name) => !names.has(name) && asksFor(type).length === 0)).toEqual([]);
        const bad = wanted.filter(([, body]) => isBad(body)).map(([name]) => name);
        expect([...(world.server?.standing().get(type) ?? [])].sort()).toEqual(bad.sort());
        expect(world.server?.sync().get(type)).toBe(bad.length > 0 ? "ERROR" : "SYNCED");
        // What an Envoy is given that starts while the control plane is away.
        for (const { name, version, body } of world.cache.list(TYPE_URLS[type]))
          if (version !== "") expect(Buffer.from(body).includes(held.get(name) ?? "?")).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test.each([1, 3])("among a thousand resources %i culprits are found in few messages", (culprits) => {
  const world = new World(() => true);
  world.settle();
  const names = Array.from({ length: 1000 }, (_, index) => `a/${String(index)}`);
  const before = world.messages;
  world.edit(
    "VHDS",
    Object.fromEntries(
      names.map((name, index) => [name, index % 300 === 7 && index < culprits * 300 ? "bad" : "good"]),
    ),
  );
  world.settle();
  expect(world.server?.standing().get("VHDS")).toHaveLength(culprits);
  expect(world.envoy.held.get("VHDS")?.size).toBe(1000 - culprits);
  expect(world.messages - before).toBeLessThan(8 * 5 * culprits);
});
