import { expect, test } from "vitest";
import { selectRoute } from "#server/http/routes.ts";

const routes = {
  "/": () => undefined,
  "/api/trpc": () => undefined,
  "/api/auth": () => undefined,
  "/healthz": () => undefined,
};

test.each([
  ["/api/trpc/config.list", "/api/trpc"],
  ["/api/auth/sign-in", "/api/auth"],
  ["/healthz", "/healthz"],
  ["/healthzone", "/"],
  ["/topology", "/"],
  ["/", "/"],
] as const)("%s is served by %s", (path, expected) => {
  expect(selectRoute(routes, path)).toBe(routes[expected]);
});

test("a path that no route covers has none", () => {
  expect(selectRoute({ "/api": routes["/api/trpc"] }, "/apis")).toBeUndefined();
});
