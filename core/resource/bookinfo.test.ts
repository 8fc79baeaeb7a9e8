import { expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const SERVICES = ["productpage", "reviews", "ratings", "details"];
const SUBSETS: Readonly<Record<string, readonly string[]>> = {
  productpage: ["v1"],
  reviews: ["v1", "v2", "v3"],
  ratings: ["v1", "v2", "v2-mysql", "v2-mysql-vm"],
  details: ["v1", "v2"],
};

const document = (kind: string, name: string, spec: object): string =>
  JSON.stringify({ apiVersion: "networking.istio.io/v1", kind, metadata: { name }, spec });
const to = (host: string, subset: string, weight?: number) => ({
  destination: { host, subset },
  ...(weight === undefined ? {} : { weight }),
});
const reviews = (...http: object[]) => document("VirtualService", "reviews", { hosts: ["reviews"], http });
const ratings = (fault: object) =>
  document("VirtualService", "ratings", {
    hosts: ["ratings"],
    http: [
      { match: [{ headers: { "end-user": { exact: "jason" } } }], fault, route: [to("ratings", "v1")] },
      { route: [to("ratings", "v1")] },
    ],
  });
const rules = (policy: object): string =>
  SERVICES.map((host) =>
    document("DestinationRule", host, {
      host,
      ...policy,
      subsets: SUBSETS[host]?.map((version) => ({ name: version, labels: { version } })),
    }),
  ).join("\n---\n");
const jason = { match: [{ headers: { "end-user": { exact: "jason" } } }], route: [to("reviews", "v2")] };

/** What the resources that come with Istio's bookinfo ask for, one by one. */
const RESOURCES: Readonly<Record<string, string>> = {
  "the gateway": [
    document("Gateway", "bookinfo-gateway", {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
    document("VirtualService", "bookinfo", {
      hosts: ["*"],
      gateways: ["bookinfo-gateway"],
      http: [
        {
          match: [
            { uri: { exact: "/productpage" } },
            { uri: { prefix: "/static" } },
            { uri: { exact: "/login" } },
            { uri: { exact: "/logout" } },
            { uri: { prefix: "/api/v1/products" } },
          ],
          route: [{ destination: { host: "productpage", port: { number: 9080 } } }],
        },
      ],
    }),
  ].join("\n---\n"),
  "all destination rules": rules({}),
  "all destination rules with mTLS": rules({ trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } }),
  "all of v1": SERVICES.map((host) =>
    document("VirtualService", host, { hosts: [host], http: [{ route: [to(host, "v1")] }] }),
  ).join("\n---\n"),
  "reviews v3": reviews({ route: [to("reviews", "v3")] }),
  "reviews half v3": reviews({ route: [to("reviews", "v1", 50), to("reviews", "v3", 50)] }),
  "reviews 80 to 20": reviews({ route: [to("reviews", "v1", 80), to("reviews", "v2", 20)] }),
  "reviews v2 for one user": reviews(jason, { route: [to("reviews", "v1")] }),
  "reviews v2 for one user, v3 for the others": reviews(jason, { route: [to("reviews", "v3")] }),
  "a delay for one user": ratings({ delay: { percentage: { value: 100.0 }, fixedDelay: "7s" } }),
  "an abort for one user": ratings({ abort: { percentage: { value: 100.0 }, httpStatus: 500 } }),
  "details v2": document("VirtualService", "details", { hosts: ["details"], http: [{ route: [to("details", "v2")] }] }),
  "TLS to an outside service": [
    document("ServiceEntry", "googleapis", {
      hosts: ["www.googleapis.com"],
      ports: [
        { number: 80, name: "http", protocol: "HTTP" },
        { number: 443, name: "https", protocol: "HTTPS" },
      ],
      resolution: "DNS",
    }),
    document("VirtualService", "rewrite-port", {
      hosts: ["www.googleapis.com"],
      http: [
        {
          match: [{ port: 80 }],
          route: [{ destination: { host: "www.googleapis.com", port: { number: 443 } } }],
        },
      ],
    }),
    document("DestinationRule", "originate-tls", {
      host: "www.googleapis.com",
      trafficPolicy: {
        loadBalancer: { simple: "ROUND_ROBIN" },
        portLevelSettings: [{ port: { number: 443 }, tls: { mode: "SIMPLE" } }],
      },
    }),
  ].join("\n---\n"),
};

test.each(Object.entries(RESOURCES))("Istio's bookinfo, %s, is taken as it is", (_, text) => {
  const { resources, diagnostics } = parseDocuments(text);
  expect(diagnostics).toEqual([]);
  expect(resources.length).toBe(text.split("\n---\n").length);
});
