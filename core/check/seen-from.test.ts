import { expect, test } from "vitest";
import { check, REVIEWS, virtualService } from "#core/check/testing/check.ts";
import { resource } from "#core/resource/testing/problems.ts";

// Checks answer as proxies of the resource's own namespace are answered.

const entry = (namespace: string, port: string, exportTo: string) =>
  resource(
    "ServiceEntry",
    `{ hosts: [api.example.test], resolution: DNS, exportTo: ["${exportTo}"], ports: [${port}] }`,
    `{ name: api, namespace: ${namespace} }`,
  );
const ELSEWHERE = entry("other", "{ number: 80, name: http, protocol: HTTP }", "*");
const OWN = entry("default", "{ number: 8080, name: http, protocol: HTTP }", ".");
const to = (destination: string, host = "api.example.test") =>
  virtualService(`{ hosts: [${host}], http: [{ route: [{ destination: { ${destination} } }] }] }`);
const subsets = (namespace: string, exportTo: string) =>
  resource(
    "DestinationRule",
    `{ host: reviews.default.svc.cluster.local, exportTo: ["${exportTo}"], subsets: [{ name: v1, labels: { version: v1 } }] }`,
    `{ name: r, namespace: ${namespace} }`,
  );

const withCode = (code: string, ...documents: string[]) => check(...documents).filter((each) => each.includes(code));

test("the ports of a service are those that the namespace of the route sees", () => {
  const on = (port: number) => to(`host: api.example.test, port: { number: ${port} }`);
  expect(withCode("destination-host-not-found", ELSEWHERE, OWN, on(8080))).toEqual([]);
  expect(withCode("destination-host-not-found", ELSEWHERE, OWN, on(80))).toEqual([
    "warning destination-host-not-found VirtualService/default/reviews spec.http[0].route[0].destination.port.number",
  ]);
});

test("a service that another namespace keeps to itself is not there for a route", () => {
  const hidden = entry("other", "{ number: 80, name: http, protocol: HTTP }", ".");
  expect(withCode("destination-host-not-found", hidden, to("host: api.example.test"))).toEqual([
    "warning destination-host-not-found VirtualService/default/reviews spec.http[0].route[0].destination.host",
  ]);
});

test("settings for HTTP are judged by the ports that the rule's namespace sees", () => {
  const rule = resource(
    "DestinationRule",
    "{ host: api.example.test, trafficPolicy: { connectionPool: { http: { maxRetries: 3 } } } }",
  );
  const tcp = ELSEWHERE.replace("protocol: HTTP", "protocol: TCP");
  expect(withCode("http-only-setting", tcp, OWN, rule)).toEqual([]);
  expect(withCode("http-only-setting", tcp, rule)).toHaveLength(1);
});

test.each([
  ["of its own namespace", "default", "*", 0],
  ["of its own namespace alone", "default", ".", 0],
  ["of the root namespace", "istio-system", "*", 0],
  ["that another namespace keeps to itself", "other", ".", 1],
  ["of a namespace that is neither the client's nor the service's", "other", "*", 1],
])("a subset of a rule %s", (_name, namespace, exportTo, faults) => {
  const route = to("host: reviews, subset: v1", "reviews");
  expect(withCode("subset-not-found", REVIEWS, subsets(namespace, exportTo), route)).toHaveLength(faults);
});
