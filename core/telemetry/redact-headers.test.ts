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
  "api_key",
  "X_Api_Key",
  "Ocp-Apim-Subscription-Key",
  "X-Auth-Key",
  "grpc-metadata-cookie",
  "authorization-bin",
])("%s does not by default", (name) => expect(compileRedaction(DEFAULT_REDACTED)(name, "secret")).toEqual(REDACTED));

test.each(["proxy_authorization", "Set_Cookie"])("%s is spelled otherwise, and is the same", (name) => {
  expect(compileRedaction([])(name, "secret")).toEqual(REDACTED);
});

test("a pattern with an underscore means what is written with a dash", () => {
  expect(compileRedaction(["x_own_*"])("x-own-key", "secret")).toEqual(REDACTED);
});

test.each([
  "Bearer abc",
  "basic dXNlcjpwYXNz",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
  "v=1,eyJhbGciOiJub25lIn0.e30.",
])("%s is a credential, whatever its header is called", (value) =>
  expect(compileRedaction([])("x-upstream", value)).toEqual(REDACTED),
);

test("what a server asks for is no credential", () => {
  const told = 'Bearer realm="a"';
  expect(compileRedaction(DEFAULT_REDACTED)("www-authenticate", told)).toEqual({ value: told, isRedacted: false });
});

test.each(["x-request-id", ":path", "user-agent", "content-type"])("%s is shown", (name) => {
  expect(compileRedaction(DEFAULT_REDACTED)(name, "told")).toEqual({ value: "told", isRedacted: false });
});

test.each([
  [":path", "/a?key=1&b=2", "/a?redacted"],
  [":path", "/a?ids=1,2&key=s3cret", "/a?redacted"],
  [":path", '/a?q="a" b>c&key=s3cret', "/a?redacted"],
  ["referer", "https://user:p@ss@a.example/b", "https://redacted@a.example/b"],
  ["referer", "https://a.example/b@c", "https://a.example/b@c"],
  [
    "link",
    '<https://a.example/b?c,d>; rel="next", <https://a.example/e>',
    '<https://a.example/b?redacted>; rel="next", <https://a.example/e>',
  ],
  ["x_original_url", "/a?key=s3cret", "/a?redacted"],
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
