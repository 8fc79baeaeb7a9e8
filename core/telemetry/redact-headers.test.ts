import { expect, test } from "vitest";
import { ALWAYS_REDACTED, compileRedaction, DEFAULT_REDACTED } from "#core/telemetry/redact-headers.ts";

const REDACTED = { value: "", isRedacted: true };

test.each([...ALWAYS_REDACTED, "Authorization"])("%s never leaves a host, whatever is set", (name) => {
  expect(compileRedaction([])(name, "secret")).toEqual(REDACTED);
});

test.each([
  "x-api-key",
  "x-amz-security-token",
  "x-forwarded-client-cert",
  "sec-websocket-protocol",
  "x-auth-token",
  "my-secret-2",
])("%s does not by default", (name) => expect(compileRedaction(DEFAULT_REDACTED)(name, "secret")).toEqual(REDACTED));

test.each(["x-request-id", ":path", "user-agent", "content-type"])("%s is shown", (name) => {
  expect(compileRedaction(DEFAULT_REDACTED)(name, "told")).toEqual({ value: "told", isRedacted: false });
});

test.each([
  [":path", "/a?key=1&b=2", "/a?redacted"],
  ["referer", "https://user:pass@a.example/b?c#d", "https://redacted@a.example/b?redacted"],
  ["location", "https://a.example/#access_token=x", "https://a.example/#redacted"],
  ["link", '<https://a.example/b?c>; rel="next"', '<https://a.example/b?redacted>; rel="next"'],
  ["x-other", "/a?key=1", "/a?key=1"],
])("of %s: %s neither query, fragment nor user is shown", (name, value, shown) => {
  expect(compileRedaction([])(name, value).value).toBe(shown);
});

test("a name of any length is held against any pattern in no time", () => {
  const redact = compileRedaction([`${"*a".repeat(40)}*b`]);
  expect(redact("a".repeat(60_000), "x").isRedacted).toBe(false);
});
