import { expect, test } from "vitest";
import { resolveUnknownCalls } from "#core/resolve/unknown-calls.ts";
import type { Resource } from "#core/resource/resource.ts";

function sidecar(spec: Resource<"Sidecar">["spec"]): Resource<"Sidecar"> {
  const metadata = { name: "s", namespace: "a", labels: {}, annotations: {} };
  return { apiVersion: "networking.istio.io/v1", kind: "Sidecar", metadata, spec };
}

const PROXY = { host: "out", port: { number: 80 }, subset: "v1" };
const SENT = { kind: "sent", host: "out.a.svc.cluster.local", port: 80, subset: "v1" };

test.each([
  [undefined, "mesh"],
  [{}, "mesh"],
  [{ outboundTrafficPolicy: {} }, { kind: "refused" }],
  [{ outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } }, { kind: "refused" }],
  [{ outboundTrafficPolicy: { mode: "ALLOW_ANY" } }, { kind: "passed" }],
  [{ outboundTrafficPolicy: { mode: "ALLOW_ANY", egressProxy: PROXY } }, SENT],
  // Refused today, and may be stored: nothing goes there that is to be refused.
  [{ outboundTrafficPolicy: { egressProxy: PROXY } }, { kind: "refused" }],
] as const)("of calls to what is not known %j says %j", (spec, expected) => {
  const found = spec === undefined ? undefined : sidecar(spec);
  for (const [mode, kind] of [
    ["ALLOW_ANY", "passed"],
    ["REGISTRY_ONLY", "refused"],
    ["ALLOW_ANY_DYNAMIC_DNS", "looked-up"],
  ] as const)
    expect(resolveUnknownCalls(found, { outboundTrafficPolicy: mode }, "cluster.local")).toEqual(
      expected === "mesh" ? { kind } : expected,
    );
});
