import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import {
  decodeDeltaRequest,
  decodeNames,
  decodeSotwRequest,
  decodeVersions,
  encodeAny,
  encodeDeltaResource,
  encodeDeltaTail,
  encodeSotwResource,
  encodeSotwTail,
} from "#server/xds/wire.ts";

const long = "n".repeat(300);

test("what is written by hand is read by the generated code", () => {
  const any = encodeAny("type/x", Buffer.alloc(20_000, 3));
  const delta = fromBinary(
    DeltaDiscoveryResponseSchema,
    Buffer.concat([
      encodeDeltaResource(long, "v1", any),
      encodeDeltaResource("none", "", undefined, ["none"]),
      encodeDeltaTail("s1", "type/x", "n1", ["gone", long]),
    ]),
  );
  expect(delta).toMatchObject({
    systemVersionInfo: "s1",
    typeUrl: "type/x",
    nonce: "n1",
    removedResources: ["gone", long],
  });
  expect(
    delta.resources.map(({ name, version, aliases, resource }) => [
      name,
      version,
      aliases,
      resource?.typeUrl,
      resource?.value.length,
    ]),
  ).toEqual([
    [long, "v1", [], "type/x", 20_000],
    ["none", "", ["none"], undefined, undefined],
  ]);
  const sotw = fromBinary(
    DiscoveryResponseSchema,
    Buffer.concat([encodeSotwResource(any), encodeSotwTail("v1", "type/x", "n1")]),
  );
  expect(sotw).toMatchObject({ versionInfo: "v1", typeUrl: "type/x", nonce: "n1" });
  expect(sotw.resources.map(({ typeUrl, value }) => [typeUrl, value.length])).toEqual([["type/x", 20_000]]);
});

test("of words about a refusal no more is read than Envoy may say", () => {
  const said = (message: string) =>
    decodeSotwRequest(
      Buffer.from(toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, { errorDetail: { message } }))),
    ).error;
  expect(said("x".repeat(16_384))).toBe("x".repeat(16_384));
  expect(said(`${"x".repeat(16_383)}${"ä".repeat(1_000_000)}`)).toBe(`${"x".repeat(16_383)}...(truncated)`);
  expect(said("\u001b[2J\u001b]0;all well\u0007in\nlines\r\u202e")).toBe(" [2J ]0;all well in\nlines ");
});

test("what the generated code writes is read by hand", () => {
  const bytes = toBinary(
    DeltaDiscoveryRequestSchema,
    create(DeltaDiscoveryRequestSchema, {
      node: { id: "n" },
      typeUrl: "type/x",
      resourceNamesSubscribe: ["a", long],
      resourceNamesUnsubscribe: ["b"],
      initialResourceVersions: { c: "1", [long]: "2" },
      responseNonce: "7",
      errorDetail: { code: 3, message: "bäd" },
    }),
  );
  const request = decodeDeltaRequest(Buffer.from(bytes));
  expect(request).toMatchObject({ typeUrl: "type/x", nonce: "7", error: "bäd" });
  expect(decodeNames(request.subscribe)).toEqual(["a", long]);
  expect(decodeNames(request.unsubscribe)).toEqual(["b"]);
  expect(decodeVersions(request.versions)).toEqual(
    new Map([
      ["c", "1"],
      [long, "2"],
    ]),
  );
  const sotw = decodeSotwRequest(
    Buffer.from(
      toBinary(
        DiscoveryRequestSchema,
        create(DiscoveryRequestSchema, {
          versionInfo: "v",
          resourceNames: ["a", "b"],
          typeUrl: "type/x",
          responseNonce: "7",
        }),
      ),
    ),
  );
  expect(sotw).toMatchObject({ typeUrl: "type/x", nonce: "7", node: undefined, error: undefined });
  expect(decodeNames(sotw.names)).toEqual(["a", "b"]);
});

test("names that do not stand together are all read", () => {
  const name = (text: string) =>
    toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, { resourceNamesSubscribe: [text] }));
  const between = toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, { typeUrl: "t" }));
  expect(
    decodeNames(
      decodeDeltaRequest(Buffer.concat([name("a"), name("b"), between, name("c"), between, name("d")])).subscribe,
    ),
  ).toEqual(["a", "b", "c", "d"]);
});
