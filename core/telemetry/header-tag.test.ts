import { expect, test } from "vitest";
import { headersOfTag, markedName, readMarked } from "#core/telemetry/header-tag.ts";
import { compileRedaction } from "#core/telemetry/redact-headers.ts";

test.each([
  ["%REQ(:METHOD)% %RESPONSE_CODE%", [":method"]],
  ["%REQUEST_HEADER(X-Key?x-other):20% and %TRAILER(grpc-message)%", ["x-key", "x-other", "grpc-message"]],
  ["%RESP(SET-COOKIE)%", ["set-cookie"]],
  ["%PATH%", [":path"]],
  ["%QUERY_PARAM(page)%", ["*"]],
  ["%QUERY_PARAMS%", ["*"]],
  ["%CEL(request.headers['x-key']):20%", ["x-key"]],
  ["%CEL(request.headers)%", ["*"]],
  ["%RESPONSE_CODE% %BYTES_SENT%", []],
])("a tag of %s may come to what %j said", (text, headers) =>
  expect(headersOfTag({ kind: "formatter", text })).toEqual(headers),
);

test("a proxy's tag is stored under its own name, and without what may not be shown", () => {
  const redact = compileRedaction(["x-key"]);
  const told = (headers: string, value: string) =>
    readMarked(markedName("t@g", { kind: "header", name: headers, otherwise: "" }), value, redact);
  expect([told("X-Key", "abc"), told("x-tenant", "acme"), told("x-tenant", "Bearer abc")]).toEqual([
    ["t@g", "redacted"],
    ["t@g", "acme"],
    ["t@g", "redacted"],
  ]);
  expect(readMarked("tenant", "abc", redact)).toBeUndefined();
  let asked = 0;
  const counted: typeof redact = (...of) => {
    asked += 1;
    return redact(...of);
  };
  expect(readMarked(`@${"a ".repeat(10_000)}@many`, "abc", counted)).toEqual(["many", "redacted"]);
  expect(asked).toBeLessThan(100);
});
