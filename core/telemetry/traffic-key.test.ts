import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DIMENSION_NAMES, DIMENSIONS } from "#core/telemetry/dimensions.ts";
import {
  keyOfWire,
  makeKey,
  NOBODY,
  ownerOf,
  remainderOf,
  remainderOfWire,
  textOfKey,
  wireOfKey,
} from "#core/telemetry/traffic-key.ts";
import { RequestWindowSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

const CALLER = "spiffe://cluster.local/ns/shop/sa/cart";
const CALLED = "spiffe://cluster.local/ns/stock/sa/count";
const KEY = {
  ...makeKey((name) => (typeof NOBODY[name] === "string" ? `a ${name}` : 4242)),
  reporter: "source" as const,
  sourceNamespace: "shop",
  sourcePrincipal: CALLER,
  destinationNamespace: "stock",
  destinationPrincipal: CALLED,
  protocol: "grpc" as const,
  responseCode: 404,
  grpcStatus: "14",
  responseFlags: "UF",
  security: "mutual_tls" as const,
  fromGateway: true,
};

test("what is left beyond the limits is the reporter's identity and what has few values", () => {
  expect(remainderOf(KEY, "overflow")).toEqual({
    ...NOBODY,
    reporter: "source",
    sourceNamespace: "shop",
    sourcePrincipal: CALLER,
    protocol: "grpc",
    responseCode: 400,
    grpcStatus: "2",
    responseFlags: "unknown",
    security: "mutual_tls",
    deniedBy: "unknown",
    fromGateway: true,
  });
});

test.each([
  ["source", { sourceNamespace: "shop", sourcePrincipal: CALLER }],
  ["destination", { destinationNamespace: "stock", destinationPrincipal: CALLED }],
  ["mirror", { destinationNamespace: "stock", destinationPrincipal: CALLED }],
] as const)(
  "of an instance that is not registered and reports as %s its certificate is left, and no name",
  (reporter, own) => {
    const { destinationPort, protocol, responseCode, grpcStatus, responseFlags, security } = KEY;
    expect(remainderOf({ ...KEY, reporter }, "unregistered")).toEqual({
      ...NOBODY,
      ...own,
      reporter,
      destinationPort,
      protocol,
      responseCode,
      grpcStatus,
      responseFlags,
      security,
    });
  },
);

test("a key is its reporter's, and any label tells it from another", () => {
  expect(ownerOf(KEY)).toBe(CALLER);
  expect(ownerOf({ ...KEY, reporter: "destination" })).toBe(CALLED);
  const others = DIMENSION_NAMES.map((name) => textOfKey({ ...KEY, [name]: "another" }));
  expect(new Set([textOfKey(KEY), ...others]).size).toBe(DIMENSION_NAMES.length + 1);
});

test("columns, fields of the wire and labels are each of one dimension", () => {
  const all = Object.values(DIMENSIONS);
  for (const names of [
    all.map(({ column }) => column),
    all.map(({ wire }) => wire),
    all.flatMap(({ labels }) => labels),
  ])
    expect(new Set(names).size).toBe(names.length);
  expect(keyOfWire(wireOfKey(KEY))).toEqual(KEY);
  const window = create(RequestWindowSchema, wireOfKey(KEY));
  expect(keyOfWire(fromBinary(RequestWindowSchema, toBinary(RequestWindowSchema, window)))).toEqual(KEY);
});

test("what says only some of the labels keeps what it says besides", () => {
  const told = { reporter: "destination" as const, sourceWorkload: "cart", responseCode: 404, path: "/cart" };
  expect(remainderOfWire(told, "overflow")).toEqual({ ...told, sourceWorkload: "unknown", responseCode: 400 });
});

test("what is left has no remainder of its own", () => {
  for (const why of ["overflow", "unregistered"] as const)
    for (const key of [KEY, { ...KEY, reporter: "mirror" as const }, NOBODY])
      expect(remainderOf(remainderOf(key, why), why)).toEqual(remainderOf(key, why));
});
