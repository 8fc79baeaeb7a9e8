import { expect, test } from "vitest";
import { explainVirtualService } from "#core/kinds/virtual-service/explain.ts";
import type { ServiceQuestion } from "#core/resolve/applied-resource.ts";
import { delegatesOf, hasDelegates } from "#core/resolve/delegates.ts";
import { createSnapshotReader } from "#core/resolve/snapshot-reader.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { resource } from "#core/resource/testing/problems.ts";

const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
const HOST = "reviews.default.svc.cluster.local";

const entry = (host: string) =>
  resource(
    "ServiceEntry",
    `{ hosts: [${host}], resolution: STATIC, ports: [{ name: http, number: 80, protocol: HTTP }], endpoints: [{ address: 192.0.2.1 }] }`,
    `{ name: ${host.split(".")[0]}, namespace: default }`,
  );
const leading = (name: string, to: string) =>
  resource(
    "VirtualService",
    `{ http: [{ route: [{ destination: { host: ${to} } }] }] }`,
    `{ name: ${name}, namespace: default }`,
  );
const root = (name: string, delegate: string) =>
  resource(
    "VirtualService",
    `{ hosts: [${name}.example.com], gateways: [edge], http: [{ delegate: { name: ${delegate} } }] }`,
    `{ name: ${name}, namespace: default }`,
  );
const GATEWAY = resource(
  "Gateway",
  '{ selector: { app: gw }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }',
  "{ name: edge, namespace: default }",
);

/** What is said of a VirtualService, and how often a gateway was looked at for it. */
function explained(name: string): { readonly told: string | undefined; readonly looks: number } {
  const { resources, diagnostics } = parseDocuments(
    [
      ...[entry(HOST), entry("ratings.default.svc.cluster.local"), GATEWAY],
      ...[leading("to-reviews", "reviews"), root("front", "to-reviews")],
      ...[leading("to-ratings", "ratings"), root("back", "to-ratings")],
    ].join("\n---\n"),
  );
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const services = ofKind(resources, "VirtualService");
  const asked = services.find(({ metadata }) => metadata.name === name);
  if (asked === undefined) throw new Error(`there is no ${name}`);
  const reader = createSnapshotReader({ revision: 1, mesh, resources, instances: [] });
  let looks = 0;
  const question: ServiceQuestion = {
    reader: {
      ...reader,
      gatewayNamed(gateway) {
        looks += 1;
        return reader.gatewayNamed(gateway);
      },
    },
    ...{ host: HOST, isDeclared: true, namespace: "default", running: [], waiting: [], callers: ["default"] },
    callersAt: () => ["default"],
    delegatingTo: (ref) =>
      services.filter((each) => hasDelegates(each) && delegatesOf(each).some((named) => named?.[1] === ref.name)),
    all: (kind) => ofKind(resources, kind),
    rulesFor: () => undefined,
  };
  return { told: explainVirtualService(asked, question)?.reason, looks };
}

test("what leads to the host is looked for at gateways, in the delegate and in the one that delegates", () => {
  expect(explained("to-reviews")).toEqual({
    told: "brings requests from default/edge here that VirtualService/default/front delegates to it",
    looks: 1,
  });
  expect(explained("front")).toEqual({ told: "brings requests from default/edge here", looks: 1 });
});

test.each(["to-ratings", "back"])("for what leads elsewhere no gateway is looked at: %s", (name) => {
  expect(explained(name)).toEqual({ told: undefined, looks: 0 });
});
