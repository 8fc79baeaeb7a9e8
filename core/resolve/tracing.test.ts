import { expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { resolveTracing } from "#core/resolve/tracing.ts";
import type { Resource } from "#core/resource/resource.ts";

type Spec = Resource<"Telemetry">["spec"];

function telemetry(name: string, namespace: string, spec: Spec): Resource<"Telemetry"> {
  return { apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { name, namespace }, spec };
}

const MESH = telemetry("mesh", "istio-system", {
  tracing: [{ randomSamplingPercentage: 1, customTags: { a: { literal: { value: "mesh" } } } }],
});
const OWN = telemetry("own", "shop", { tracing: [{ match: { mode: "CLIENT" }, randomSamplingPercentage: 20 }] });
const YOUNGER = telemetry("younger", "shop", { tracing: [{ randomSamplingPercentage: 99 }] });
const CART = telemetry("cart", "shop", {
  selector: { matchLabels: { app: "cart" } },
  tracing: [
    { match: { mode: "SERVER" }, disableSpanReporting: true },
    { customTags: { b: { header: { name: "x-b" } } } },
  ],
});

const TAGS = [["b", { kind: "header", name: "x-b", otherwise: "" }]];

test("what is nearer counts, field by field; the oldest of a level speaks for it; each side by itself", () => {
  const cart = { namespace: "shop", labels: { app: "cart" } };
  expect(
    resolveTracing([MESH, OWN, YOUNGER, CART], cart, withoutTargets("istio-system"), DEFAULT_PROXY_SETTINGS),
  ).toEqual({
    client: {
      samplingPercent: 20,
      isOff: false,
      endsContext: false,
      ignoresRequestId: false,
      tags: TAGS,
      hasIstioTags: true,
      provider: undefined,
    },
    server: {
      samplingPercent: 1,
      isOff: true,
      endsContext: false,
      ignoresRequestId: false,
      tags: TAGS,
      hasIstioTags: true,
      provider: undefined,
    },
  });
});

test.each([
  ["of another workload, its namespace's", { namespace: "shop", labels: {} }, 20, 1],
  ["elsewhere, the mesh's", { namespace: "other", labels: { app: "cart" } }, 1, 1],
  ["in the root namespace, once", { namespace: "istio-system", labels: {} }, 1, 1],
] as const)("%s", (_, workload, client, server) => {
  const found = resolveTracing([MESH, OWN, CART], workload, withoutTargets("istio-system"), DEFAULT_PROXY_SETTINGS);
  expect([found.client.samplingPercent, found.server.samplingPercent]).toEqual([client, server]);
});

test("nobody says anything", () => {
  const { client } = resolveTracing(
    [],
    { namespace: "shop", labels: {} },
    withoutTargets("istio-system"),
    DEFAULT_PROXY_SETTINGS,
  );
  expect(client).toEqual({
    samplingPercent: undefined,
    isOff: false,
    endsContext: false,
    ignoresRequestId: false,
    tags: [],
    hasIstioTags: true,
    provider: undefined,
  });
});

test.each([
  [true, true],
  [false, false],
])("that no context goes on (%s) is said for one side, whatever else is", (disableContextPropagation, endsContext) => {
  const said = telemetry("said", "shop", {
    tracing: [{ match: { mode: "CLIENT" }, disableContextPropagation }, { randomSamplingPercentage: 1 }],
  });
  const { client, server } = resolveTracing(
    [said],
    { namespace: "shop", labels: {} },
    withoutTargets("istio-system"),
    DEFAULT_PROXY_SETTINGS,
  );
  expect(client.endsContext).toBe(endsContext);
  expect(server.endsContext).toBe(false);
});

test("of providers the first of the nearest level counts, before the mesh's default; one of another type takes no spans", () => {
  const settings = {
    ...DEFAULT_PROXY_SETTINGS,
    providers: [
      { name: "Zipkin", zipkin: { service: "a.test", port: 9411 } },
      { name: "lines", envoyFileAccessLog: {} },
    ],
    defaultProviders: { ...DEFAULT_PROXY_SETTINGS.defaultProviders, tracing: ["zipkin", "lines"] },
  };
  const said = telemetry("said", "shop", {
    tracing: [
      { match: { mode: "SERVER" }, providers: [{ name: "lines" }, { name: "zipkin" }], enableIstioTags: false },
    ],
  });
  const found = resolveTracing([said], { namespace: "shop", labels: {} }, withoutTargets("istio-system"), settings);
  expect(found.client).toMatchObject({
    provider: { name: "zipkin", receiver: { kind: "zipkin" } },
    hasIstioTags: true,
  });
  expect(found.server).toMatchObject({
    provider: {
      name: "lines",
      receiver: undefined,
      sources: ["Telemetry/shop/said", "MeshConfig/istio-system/default"],
    },
    hasIstioTags: false,
  });
});

test("what is nearer may say that it is traced, and nothing of it, where the mesh says otherwise", () => {
  const off = telemetry("off", "istio-system", {
    tracing: [{ disableSpanReporting: true, randomSamplingPercentage: 5 }],
  });
  const on = telemetry("on", "shop", { tracing: [{ disableSpanReporting: false, randomSamplingPercentage: 0 }] });
  const workload = { namespace: "shop", labels: {} };
  const { client } = resolveTracing([off, on], workload, withoutTargets("istio-system"), DEFAULT_PROXY_SETTINGS);
  expect(client).toMatchObject({ isOff: false, samplingPercent: 0 });
});
