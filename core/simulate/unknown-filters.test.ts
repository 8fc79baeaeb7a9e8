import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Exchange } from "#core/simulate/exchange.ts";
import { passFilter } from "#core/simulate/filters.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { Passed } from "#core/simulate/passed.ts";
import { readHttpFilter } from "#core/simulate/read/http-filter.ts";
import { readListener } from "#core/simulate/read/listener.ts";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";

const UNKNOWN = anyPack(
  TypedStructSchema,
  create(TypedStructSchema, { typeUrl: "type.googleapis.com/a.B", value: {} }),
);
const TCP = anyPack(TcpProxySchema, create(TcpProxySchema, { clusterSpecifier: { case: "cluster", value: "a" } }));
const INSPECTOR = anyPack(TlsInspectorSchema, create(TlsInspectorSchema, {}));
const DICE = { chance: () => true, pick: () => 0 };

const named = (value: Any) => ({ name: "x", configType: { case: "typedConfig" as const, value } });
const serves = (filters: readonly Any[], listenerFilters: readonly Any[] = []) =>
  readListener(
    create(ListenerSchema, {
      filterChains: [{ filters: filters.map(named) }],
      listenerFilters: listenerFilters.map(named),
    }),
  ).chains[0]?.serves?.kind;

test("what a chain does is unknown where one of its filters is, or of those before it", () => {
  expect(serves([TCP])).toBe("tcp");
  expect(serves([TCP], [INSPECTOR])).toBe("tcp");
  expect(serves([UNKNOWN, TCP])).toBeUndefined();
  expect(serves([TCP], [INSPECTOR, UNKNOWN])).toBeUndefined();
});

test("what becomes of a request is undecided at an HTTP filter that is not known, unless it is off", () => {
  const exchange = new Exchange({} as never, new Headers());
  const pass = (isDisabled: boolean) =>
    passFilter(
      { name: "lua", config: readHttpFilter(UNKNOWN), isDisabled },
      exchange,
      undefined,
      { marks: new Set() } as unknown as Passed,
      DICE as never,
      undefined,
      undefined,
      undefined,
    );
  expect(pass(false)).toEqual({ kind: "undecided", what: "lua is not evaluated here" });
  expect(pass(true)).toBeUndefined();
});
