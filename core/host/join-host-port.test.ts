import { expect, test } from "vitest";
import { joinHostPort } from "#core/host/join-host-port.ts";

test.each([
  ["a.example.com", "a.example.com:80"],
  ["10.0.0.1", "10.0.0.1:80"],
  ["2001:db8::1", "[2001:db8::1]:80"],
])("of %s it is %s", (host, expected) => {
  expect(joinHostPort(host, 80)).toBe(expected);
  expect(new URL(`http://${joinHostPort(host, 8080)}`).port).toBe("8080");
});
