import { expect, test } from "vitest";
import { type Connection, Exchange } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import { findTokens } from "#core/simulate/tokens/find-tokens.ts";

const connection: Connection = {
  remote: undefined,
  local: undefined,
  localPort: 80,
  tls: undefined,
  speaks: "http/1.1",
};

// As Envoy 1.40 answers about them.
test.each([
  ["T a.b.c", "a.b.c"],
  ["Ta.b.c", "a.b.c"],
  ["T ,, a.b.c", "a.b.c"],
  ["Token a.b.c", "oken a.b.c"],
  ["T a.b.c d", "a.b.c d"],
  ["T ,", "T ,"],
  ["a.b.c", undefined],
])("after the prefix T of %j the token is %j", (value, text) => {
  const exchange = new Exchange(connection, new Headers([["x-token", value]]));
  const places = { headers: [{ name: "x-token", prefix: "T" }], params: [], cookies: [] };
  expect(findTokens(places, exchange)[0]?.text).toBe(text);
});
