import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  streamDecode,
  streamEncode,
} from "dns-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NAMES_METADATA } from "#core/xds/names-metadata.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { askByDatagram } from "#mesh-agent/dns/ask-upstream.ts";
import { DnsServer } from "#mesh-agent/dns/dns-server.ts";
import { FrameReader } from "#mesh-agent/dns/frames.ts";
import { MeshNames } from "#mesh-agent/dns/mesh-names.ts";
import { followResolvers, parseResolvers, resolversToCapture } from "#mesh-agent/dns/resolvers.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup } from "#testing/test-agent.ts";

const SUFFIX = "default.svc.cluster.local";
const MANY = Array.from({ length: 200 }, (_, index) => `10.0.1.${index}`);

function cluster(name: string, addresses: readonly string[]): CachedResource {
  const message = create(ClusterSchema, {
    name,
    ...(addresses.length === 0
      ? {}
      : { metadata: { filterMetadata: { [NAMES_METADATA]: { addresses: [...addresses] } } } }),
  });
  const resource = anyPack(ClusterSchema, message);
  return {
    name,
    version: "1",
    aliases: [],
    body: toBinary(ResourceSchema, create(ResourceSchema, { name, resource })),
  };
}

const HUGE = Array.from({ length: 5000 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);

const CLUSTERS = [
  cluster(`outbound|80||reviews.${SUFFIX}`, ["240.240.1.1"]),
  cluster(`outbound|81||reviews.${SUFFIX}`, ["240.240.1.1"]),
  cluster(`outbound|80|v1|reviews.${SUFFIX}`, ["240.240.9.9"]),
  cluster("outbound|80||many.example.test", MANY),
  cluster("outbound|80||huge.example.test", HUGE),
  cluster("outbound|80||*.pattern.test", ["10.0.0.9"]),
  cluster("outbound|80||*.long.pattern.test", ["10.0.0.8"]),
  cluster("outbound|80||nowhere.test", []),
  cluster("inbound|80||", []),
];

describe("names", () => {
  const make = () => new MeshNames({ namespace: "default", domain: "cluster.local" }, CLUSTERS);

  test.each([
    ["reviews", ["240.240.1.1"]],
    ["Reviews.Default", ["240.240.1.1"]],
    ["reviews.default.svc", ["240.240.1.1"]],
    [`reviews.${SUFFIX}.`, ["240.240.1.1"]],
    ["a.pattern.test", ["10.0.0.9"]],
    ["a.long.pattern.test", ["10.0.0.8"]],
    ["pattern.test", undefined],
    ["reviews.other", undefined],
    ["nowhere.test", undefined],
    ["", undefined],
  ])("%s", (name, addresses) => expect(make().find(name)).toEqual(addresses));

  test("they come and go with what Envoy accepts", () => {
    const names = make();
    const commit = { type: TYPE_URLS.CDS, upserts: [], removes: [] };
    names.follow({ ...commit, upserts: [cluster("outbound|80||new.test", ["10.0.0.1"])] });
    expect(names.find("new.test")).toEqual(["10.0.0.1"]);
    names.follow({ ...commit, type: TYPE_URLS.EDS, removes: ["outbound|80||new.test"] });
    expect(names.find("new.test")).toEqual(["10.0.0.1"]);
    names.follow({ ...commit, removes: ["outbound|80||new.test"] });
    expect(names.find("new.test")).toBeUndefined();
    names.follow({ ...commit, keepOnly: new Set([`outbound|81||reviews.${SUFFIX}`]) });
    expect(names.find("many.example.test")).toBeUndefined();
    expect(names.find("reviews")).toEqual(["240.240.1.1"]);
  });
});

test("name servers of resolv.conf, three at most, and the host itself where none is named", () => {
  const text = "# a\nsearch x.test\nnameserver 10.0.0.1\n nameserver\tfe80::1%eth0\nnameserver no\nnameserver 10.0.0.1";
  expect(parseResolvers(text)).toEqual(["10.0.0.1", "fe80::1%eth0"]);
  expect(parseResolvers("nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4")).toHaveLength(
    3,
  );
  expect(parseResolvers("")).toEqual(["127.0.0.1"]);
});

test("the host's resolvers are read once a second at most", () => {
  let [now, reads] = [0, 0];
  const known = followResolvers(
    () => now,
    () => [`10.0.0.${++reads}`],
  );
  expect([known(), known()]).toEqual([["10.0.0.1"], ["10.0.0.1"]]);
  now = 1000;
  expect(known()).toEqual(["10.0.0.2"]);
});

test.each([
  ["others' alone", ["10.0.0.1", "10.0.0.2"], ["10.0.0.1", "10.0.0.2"]],
  ["the forwarder of this host, and whom it asks", ["127.0.0.1", "10.0.0.1"], ["127.0.0.1"]],
  ["one at an address of this host", ["10.0.0.1", "10.0.0.7"], ["10.0.0.7"]],
  ["one of IPv6", ["10.0.0.1", "::1", "fe80::7%eth0"], ["::1", "fe80::7%eth0"]],
])("of the resolvers are captured: %s", (_, resolvers, captured) => {
  expect(resolversToCapture(resolvers, new Set(["10.0.0.7", "fe80::7"]))).toEqual(captured);
});

test("a resolver that cannot be reached is told at once, and by nothing but that", async () => {
  // The kernel refuses broadcasts as it refuses what it has no route for.
  const resolver = { address: "255.255.255.255", port: 53 };
  await expect(askByDatagram(resolver, Buffer.alloc(12), 600_000)).rejects.toThrow(
    "resolver 255.255.255.255:53: connect",
  );
});

test("messages of a connection come whole, however they are cut", () => {
  const reader = new FrameReader();
  const bytes = Buffer.from([0, 2, 1, 2, 0, 1, 3, 0]);
  const read = [...bytes].flatMap((byte) => reader.read(Buffer.from([byte])));
  expect(read.map((each) => [...each])).toEqual([[1, 2], [3]]);
});

describe("server", () => {
  const cleanup = new Cleanup();
  afterAll(() => cleanup.run());
  let port: number;
  let server: DnsServer;
  const asked: string[] = [];

  /** Answers everything with one address; what is called `silent` not at all. */
  async function startUpstream(): Promise<number> {
    const reply = (query: Packet, how: string): Packet | undefined => {
      const name = query.questions?.[0]?.name ?? "";
      asked.push(`${how} ${name}`);
      const answers: Answer[] = [{ type: "A", name, ttl: 1, data: "192.0.2.1" }];
      return name.startsWith("silent")
        ? undefined
        : { type: "response", id: query.id ?? 0, questions: query.questions ?? [], answers };
    };
    const streams = createServer((connection) => {
      connection.on("error", () => undefined);
      connection.on("data", (chunk: Buffer) => {
        const answer = reply(streamDecode(chunk), "connection");
        if (answer !== undefined) connection.write(streamEncode(answer));
      });
    });
    streams.listen(0, "127.0.0.1");
    await once(streams, "listening");
    const bound = (streams.address() as { port: number }).port;
    const datagrams = createSocket("udp4");
    datagrams.on("message", (message, from) => {
      const answer = reply(decode(message), "datagram");
      if (answer !== undefined) datagrams.send(encode(answer), from.port, from.address);
    });
    datagrams.bind(bound, "127.0.0.1");
    await once(datagrams, "listening");
    cleanup.add(() => streams.close());
    cleanup.add(() => datagrams.close());
    return bound;
  }

  beforeAll(async () => {
    const upstream = await startUpstream();
    const names = new MeshNames({ namespace: "default", domain: "cluster.local" }, CLUSTERS);
    // Nobody listens at the first.
    const resolvers = [1, upstream].map((each) => ({ address: "127.0.0.1", port: each }));
    server = new DnsServer({
      ...{ find: (name) => names.find(name), resolvers: () => resolvers },
      ...{ log: silentLogger, timeoutMs: 2000 },
    });
    port = await server.listen(0);
    cleanup.add(() => server.close());
  });

  const query = (name: string, type = "A"): Packet => ({
    ...{ type: "query", id: 4711, flags: 0x0100 },
    questions: [{ type: type as Question["type"], name, class: "IN" }],
  });

  async function byDatagram(message: Buffer): Promise<{ readonly size: number; readonly packet: DecodedPacket }> {
    const socket = createSocket("udp4");
    try {
      socket.send(message, port, "127.0.0.1");
      const [answer] = (await once(socket, "message")) as [Buffer];
      return { size: answer.length, packet: decode(answer) };
    } finally {
      socket.close();
    }
  }

  async function byConnection(message: Packet): Promise<DecodedPacket> {
    const socket = connect(port, "127.0.0.1");
    try {
      socket.write(streamEncode(message));
      const reader = new FrameReader();
      for await (const chunk of socket) {
        const [answer] = reader.read(chunk as Buffer);
        if (answer !== undefined) return decode(answer);
      }
      throw new Error("closed");
    } finally {
      socket.destroy();
    }
  }

  const addressesIn = ({ answers = [] }: DecodedPacket) => answers.map((each) => (each.type === "A" ? each.data : ""));

  test("a name of the mesh is answered here, in the spelling of the question", async () => {
    const { packet } = await byDatagram(encode(query("ReViews")));
    expect(packet).toMatchObject({ id: 4711, type: "response", flag_aa: true, flag_rd: true, rcode: "NOERROR" });
    expect(packet.answers).toMatchObject([{ name: "ReViews", data: "240.240.1.1", ttl: 30 }]);
    expect(addressesIn(await byConnection(query("reviews")))).toEqual(["240.240.1.1"]);
    expect(asked).toEqual([]);
  });

  test("addresses that it has none of are answered with nothing, and not asked elsewhere", async () => {
    for (const type of ["AAAA", "UNKNOWN_64", "UNKNOWN_65"]) {
      const { packet } = await byDatagram(encode(query("reviews", type)));
      expect(packet).toMatchObject({ rcode: "NOERROR", answers: [] });
    }
    expect(asked).toEqual([]);
  });

  test("what is no address is asked elsewhere, also of a name of the mesh", async () => {
    for (const type of ["MX", "TXT", "SRV", "CAA"]) await byDatagram(encode(query("reviews", type)));
    expect(asked.splice(0)).toEqual(Array(4).fill("datagram reviews"));
  });

  test("a datagram holds as many addresses as fit, a connection all that a message can hold", async () => {
    const { size, packet } = await byDatagram(encode(query("many.example.test")));
    expect(size).toBeLessThanOrEqual(512);
    expect(addressesIn(packet).length).toBeGreaterThan(5);
    expect(addressesIn(await byConnection(query("many.example.test")))).toEqual(MANY);
    const held = addressesIn(await byConnection(query("huge.example.test")));
    expect(held).toEqual(HUGE.slice(0, held.length));
    const room = 65_535 - encode(query("huge.example.test")).length;
    expect(held).toHaveLength(Math.floor(room / 33));
  });

  test("other names are passed on as they come, to the next resolver where one does not answer", async () => {
    expect(addressesIn((await byDatagram(encode(query("other.test")))).packet)).toEqual(["192.0.2.1"]);
    expect(addressesIn(await byConnection(query("other.test")))).toEqual(["192.0.2.1"]);
    expect(asked.splice(0)).toEqual(["datagram other.test", "connection other.test"]);
    const { packet } = await byDatagram(encode(query("silent.test")));
    expect(packet).toMatchObject({ id: 4711, rcode: "SERVFAIL", answers: [] });
  });

  test("it ends at once, whoever is connected or waits", async () => {
    const silent = createServer((connection) => connection.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    cleanup.add(() => silent.close());
    const other = new DnsServer({
      ...{ find: () => undefined, log: silentLogger, timeoutMs: 600_000 },
      resolvers: () => [{ address: "127.0.0.1", port: (silent.address() as AddressInfo).port }],
    });
    const idle = connect(await other.listen(0), "127.0.0.1").on("error", () => undefined);
    const asksThere = once(silent, "connection");
    idle.write(streamEncode(query("other.test")));
    await asksThere;
    const isOver = once(idle, "close");
    await other.close();
    await isOver;
  });

  test("garbage and answers are not answered, and nothing breaks by them", async () => {
    const socket = createSocket("udp4");
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(3, 255), Buffer.alloc(600, 192)])
      socket.send(bytes, port, "127.0.0.1");
    socket.send(encode({ type: "response", id: 1, questions: [] }), port, "127.0.0.1");
    socket.close();
    const stream = connect(port, "127.0.0.1");
    stream.write(Buffer.from([0, 4, 1, 2, 3, 4]));
    await once(stream, "close");
    expect(addressesIn((await byDatagram(encode(query("reviews")))).packet)).toEqual(["240.240.1.1"]);
  });
});
