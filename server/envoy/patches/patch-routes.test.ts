import { fromJson, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { patchRouteConfiguration, type RouteTable } from "#server/envoy/patches/patch-routes.ts";
import { patchesOfText } from "#server/envoy/testing/patches-of-text.ts";

const HOST = "a.example:80";
/** Virtual hosts as `name: route route`. */
function patch(text: string, table: RouteTable = { name: "80" }): readonly string[] {
  const given = fromJson(RouteConfigurationSchema, {
    name: table.name,
    virtualHosts: [
      {
        name: HOST,
        domains: ["a.example"],
        routes: [
          { name: "one", route: { cluster: "x" } },
          { name: "two", redirect: {} },
          { name: "three", directResponse: { status: 200 } },
        ],
      },
      { name: "other", domains: ["*"], routes: [{ name: "one" }] },
    ],
  });
  const before = toBinary(RouteConfigurationSchema, given);
  const result = patchRouteConfiguration(
    patchesOfText(table.isGateway === true ? "GATEWAY" : "SIDECAR_OUTBOUND", text),
    given,
    table,
  );
  expect(toBinary(RouteConfigurationSchema, given), "what is given stays as it is").toEqual(before);
  return result.virtualHosts.map(({ name, routes }) => [`${name}:`, ...routes.map((route) => route.name)].join(" "));
}
const OTHER = "other: one";

test.each([
  ["ADD", "", "one two three new"],
  ["INSERT_FIRST", "", "new one two three"],
  ["INSERT_BEFORE", "", "new one two three"],
  ["INSERT_AFTER", "", "one two three new"],
  ["INSERT_FIRST", ", route: { name: two }", "new one two three"],
  ["INSERT_FIRST", ", route: { name: nobody }", "one two three"],
  ["INSERT_BEFORE", ", route: { name: two }", "one new two three"],
  ["INSERT_AFTER", ", route: { action: REDIRECT }", "one two new three"],
  ["REMOVE", ", route: { action: DIRECT_RESPONSE }", "one two"],
  ["REMOVE", "", ""],
  ["REPLACE", ", route: { name: two }", "one two three"],
  ["MERGE", ", route: { name: two }", "one new three"],
])("a route: %s%s", (operation, route, expected) => {
  const text = `[{ applyTo: HTTP_ROUTE, match: { routeConfiguration: { vhost: { name: "${HOST}"${route} } } }, patch: { operation: ${operation}, value: { name: new } } }]`;
  expect(patch(text)).toEqual([`${HOST}: ${expected}`.trimEnd(), OTHER]);
});

test.each([
  ["REMOVE", [OTHER]],
  ["REPLACE", ["new:", OTHER]],
  ["MERGE", ["new: one two three", OTHER]],
  ["ADD", [`${HOST}: one two three`, OTHER, "new:"]],
])("a virtual host: %s", (operation, expected) => {
  const text = `[{ applyTo: VIRTUAL_HOST, match: { routeConfiguration: { vhost: { domainName: a.example } } }, patch: { operation: ${operation}, value: { name: new } } }]`;
  expect(patch(text)).toEqual(expected);
});

const SECURE = "https.443.https.edge.default";
test.each<[string, RouteTable, boolean]>([
  ["name: '80'", { name: "80" }, true],
  ["portNumber: 80", { name: "80" }, true],
  ["portNumber: 81", { name: "80" }, false],
  ["portNumber: 9080", { name: "inbound|9080||" }, true],
  ["portNumber: 9080", { name: "reviews:9080" }, true],
  ["portNumber: 443, portName: https, gateway: default/edge", { name: SECURE, isGateway: true }, true],
  ["gateway: default/other", { name: SECURE, isGateway: true }, false],
  ["portName: other", { name: SECURE, isGateway: true }, false],
  ["gateway: default/edge", { name: "http.80", isGateway: true }, false],
  ["portNumber: 80", { name: "http.8080", isGateway: true, ports: [80] }, true],
  ["gateway: default/edge", { name: "80" }, true],
])("tables are found by %s: %o, %s", (match, table, isFound) => {
  const text = `[{ applyTo: VIRTUAL_HOST, match: { routeConfiguration: { ${match} } }, patch: { operation: REMOVE } }]`;
  expect(patch(text, table)).toEqual(isFound ? [] : [`${HOST}: one two three`, OTHER]);
});
