import { expect, test } from "vitest";
import { compileRedaction } from "#core/telemetry/redact-headers.ts";
import { redactTags } from "#core/telemetry/redact-tags.ts";

const redact = compileRedaction(["x-key", "*token*"]);

test.each([
  ["request.headers['authorization']", "xyz", "redacted"],
  ['response.headers["Set-Cookie"]', "a=b", "redacted"],
  ["request.headers.x_key", "abc", "redacted"],
  ["request.headers['my-token']", "abc", "redacted"],
  ["request.headers['x-tenant']", "acme", "acme"],
  // Whatever it is called: written as a credential.
  ["request.headers['x-tenant']", "Bearer abcdef", "redacted"],
  ["request.method", "GET", "GET"],
  ["request.path", "/a?key=1", "/a?redacted"],
  ["request.headers[':path']", "/a?key=1", "/a?redacted"],
  ["request.url_path", "/a", "/a"],
  ["request.query", "key=1", "redacted"],
  ["request.referer", "https://me@a.test/?b#c", "https://redacted@a.test/?redacted"],
  ["request.headers", "{...}", "redacted"],
  ["request.headers[request.method]", "abc", "redacted"],
  ["has(request.headers.authorization) ? request.headers['x-key'] : 'none'", "abc", "redacted"],
  ["'cookie' in request.headers ? 'yes' : 'no'", "yes", "yes"],
  ["request.headers['authorization'].startsWith('Basic')", "true", "true"],
  ["size(request.headers['cookie'])", "12", "12"],
  ["int(request.headers['x-key'])", "12", "redacted"],
  ["{'a': request.headers['x-key']}.a", "abc", "redacted"],
  ["{'a': request.headers['x-key']}['a']", "abc", "redacted"],
  ["[request.headers['x-key']][0]", "abc", "redacted"],
  ["request.headers['authorization", "abc", "redacted"],
])("the value of %s: %s is told as %s", (expression, value, told) => {
  expect(redactTags([[expression, value]], redact)).toEqual([[expression, told]]);
  expect(redactTags([[expression, told]], redact)).toEqual([[expression, told]]);
});
