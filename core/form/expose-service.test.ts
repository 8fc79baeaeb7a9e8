import { expect, test } from "vitest";
import { type Exposure, exposeService } from "#core/form/expose-service.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const SHOP: Exposure = {
  service: "shop.web.svc.cluster.local",
  port: 8080,
  namespace: "web",
  host: "shop.example.com",
  selector: { istio: "ingressgateway" },
  credential: "shop",
  redirects: true,
};

function read(exposure: Exposure) {
  const { resources, diagnostics } = parseDocuments(exposeService(exposure).join("---\n"));
  expect(diagnostics).toEqual([]);
  return resources;
}

test("with TLS a service is exposed by a server that names the credential, and one that sends callers there", () => {
  expect(read(SHOP)).toMatchObject([
    {
      kind: "Gateway",
      metadata: { name: "shop-example-com", namespace: "web" },
      spec: {
        selector: { istio: "ingressgateway" },
        servers: [
          { port: { number: 443, protocol: "HTTPS" }, tls: { mode: "SIMPLE", credentialName: "shop" } },
          { port: { number: 80, protocol: "HTTP" }, tls: { httpsRedirect: true } },
        ],
      },
    },
    {
      kind: "VirtualService",
      spec: {
        hosts: ["shop.example.com"],
        gateways: ["shop-example-com"],
        http: [{ route: [{ destination: { host: "shop.web.svc.cluster.local", port: { number: 8080 } } }] }],
      },
    },
  ]);
});

test.each([
  ["without TLS there is one server", { credential: undefined }, ["HTTP"]],
  ["without a redirect callers without TLS are not taken", { redirects: false }, ["HTTPS"]],
  ["a wildcard has a name too", { host: "*.example.com" }, ["HTTPS", "HTTP"]],
])("%s", (_, more, protocols) => {
  const [gateway] = read({ ...SHOP, ...more });
  expect(gateway?.kind === "Gateway" && gateway.spec.servers.map(({ port }) => port.protocol)).toEqual(protocols);
});
