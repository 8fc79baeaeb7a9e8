import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { ProxyNode } from "#core/xds/layer.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash } from "#server/envoy/testing/random-world.ts";
import { makeNode, makeSnapshot, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";

// A port whose application would be found where its own listener is.

function open(ingress: string, mode: ProxyHeader["mode"], address = "127.0.0.1", inbound: readonly string[] = []) {
  const sidecar = `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: shop, namespace: default }
spec: { workloadSelector: { labels: { app: shop } }, ingress: [${ingress}] }
`;
  const labels = { app: "shop" };
  const snapshot = makeSnapshot(parseAllDocuments(sidecar), [{ name: "shop-0", labels, account: "shop", ports: [] }]);
  const node: ProxyNode = {
    ...makeNode({ type: "sidecar", name: "shop-0", namespace: "default", mode, labels, inbound }),
    address,
  };
  const compiler = createCompiler(snapshot, { hash });
  const { layers } = compiler.open(node);
  const clusters = layers.flatMap(({ resources }) => [...(resources.get("CDS")?.values() ?? [])]);
  const [text] = clusters
    .filter(({ name }) => name.startsWith("inbound|"))
    .map(({ body }) => JSON.stringify(decodeResource("CDS", body)));
  return {
    found: /"address":"([^"]*)","portValue":(\d+)/
      .exec(text ?? "")
      ?.slice(1)
      .join(":"),
    told: compiler.diagnostics().map(({ resource, message }) => `${resource}: ${message}`),
  };
}

const bare = "{ port: { number: 8080, name: http } }";
const closed = (address: string) => ({
  found: undefined,
  told: [
    `Sidecar/default/shop: port 8080 of default/shop-0 takes no connection: the application would be the port's own listener at ${address}`,
  ],
});

test("it takes no connections, and the Sidecar is told", () => {
  expect(open(bare, "NONE")).toEqual(closed("127.0.0.1"));
  expect(open(`{ port: { number: 8080, name: http }, defaultEndpoint: "0.0.0.0:8080" }`, "NONE", "10.0.0.1")).toEqual(
    closed("10.0.0.1"),
  );
  expect(open("{ port: { number: 8080, name: http }, captureMode: NONE }", "REDIRECT")).toEqual(closed("127.0.0.1"));
});

test("it does where the two differ, by address, by port, or because connections are captured", () => {
  expect(open(bare, "NONE", "10.0.0.1")).toEqual({ found: "127.0.0.1:8080", told: [] });
  expect(open(`{ port: { number: 8080, name: http }, defaultEndpoint: "127.0.0.1:81" }`, "NONE")).toEqual({
    found: "127.0.0.1:81",
    told: [],
  });
  expect(open(bare, "REDIRECT")).toEqual({ found: "127.0.0.1:8080", told: [] });
  expect(open(bare, "NONE", "127.0.0.1", ["http:9080:8080"])).toEqual({ found: "127.0.0.1:9080", told: [] });
});
