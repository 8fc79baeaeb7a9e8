import { expect, test } from "vitest";
import { completeTraceQl, writtenValue } from "#core/traceql/complete-traceql.ts";

test.each([
  ["{ ", { kind: "field", typed: "", from: 2 }],
  ["{ span.http.st", { kind: "field", typed: "span.http.st", from: 2 }],
  ["{ status = error && res", { kind: "field", typed: "res", from: 20 }],
  ["{ status = ", { kind: "value", field: "status", typed: "", from: 11 }],
  ['{ resource.service.name =~ "rev', { kind: "value", field: "resource.service.name", typed: '"rev', from: 27 }],
  ['{ name = "a && b', { kind: "value", field: "name", typed: '"a && b', from: 9 }],
  ["{} | co", { kind: "stage", typed: "co", from: 5 }],
  ["{} | by(", { kind: "field", typed: "", from: 8 }],
  ['{ name = "a" ', undefined],
  ["", undefined],
])("at the end of %j", (text, completing) => {
  expect(completeTraceQl(text, text.length)).toEqual(completing);
});

test("values are written as what they are", () => {
  expect(["error", "503", "true", 'a "b"'].map((value) => writtenValue("status", value))[0]).toBe("error");
  expect(["503", "true", 'a "b"'].map((value) => writtenValue(".x", value))).toEqual(["503", "true", '"a \\"b\\""']);
});
