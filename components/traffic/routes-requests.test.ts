import { expect, test } from "vitest";
import { routesRequests } from "#components/traffic/routes-requests.ts";

test.each([
  [["TCP"], false],
  [["TLS", "MONGO"], false],
  [["TCP", "GRPC"], true],
  [[""], true],
  [[], true],
] as const)("shares of requests are offered for ports %j: %s", (protocols, offered) => {
  expect(routesRequests(protocols.map((protocol) => ({ name: "p", protocol })))).toBe(offered);
});
