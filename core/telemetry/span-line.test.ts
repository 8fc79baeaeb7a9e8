import { expect, test } from "vitest";
import { parseAccessEntry } from "#core/telemetry/access-entry.ts";
import { parseSpanLine, spanLineFormat } from "#core/telemetry/span-line.ts";

const TRACE = "80f198ee56343ba864fe8b2a57d3eff7";
const LINE = { by: "inbound", sp: `${TRACE}-e457b5a2e4d86bd1-05e3ac9a4f6e3b90`, us: "1772366400500123", d: 12, c: 200 };
const read = (more: object) => parseSpanLine(JSON.stringify({ ...LINE, ...more }));

test("a line of a traced request, which is no line of the access log", () => {
  expect(read({ du: 12_345, a: "reviews:9080", tg: { told: "yes", empty: "-" }, to: { empty: "none" } })).toMatchObject(
    {
      traceId: TRACE,
      spanId: "e457b5a2e4d86bd1",
      parentSpanId: "05e3ac9a4f6e3b90",
      direction: "inbound",
      startUs: 1_772_366_400_500_123,
      durationUs: 12_345,
      texts: { a: "reviews:9080", c: "200", m: "" },
      tags: { told: "yes", empty: "none" },
    },
  );
  expect(parseAccessEntry(JSON.stringify(LINE))).toBeUndefined();
});

test("a trace that begins here, and a request without a response", () => {
  expect(read({ sp: `${TRACE}-e457b5a2e4d86bd1-`, c: 0 })).toMatchObject({
    parentSpanId: undefined,
    durationUs: 12_000,
  });
});

test("what a tag comes to that is no text is written as JSON has it", () => {
  expect(read({ tg: { is: true, some: { a: 1 }, count: 2, none: null } })?.tags).toEqual({
    ...{ is: "true", some: '{"a":1}', count: "2" },
  });
});

test.each([
  ["no span", { sp: undefined }],
  ["ids that are none", { sp: "x-y-z" }],
  ["an end that is none", { by: "elsewhere" }],
])("%s", (_, more) => {
  expect(read(more)).toBeUndefined();
});

test("what callers choose is cut, and cannot be taken for the mark", () => {
  expect(read({ ua: "x".repeat(60_000) })?.texts.ua).toHaveLength(1024);
  expect(parseSpanLine(JSON.stringify({ dir: "inbound", p: '/"sp":"x' }))).toBeUndefined();
});

test("the format cuts paths where the mesh says so, and has tags with what stands for one that is not there", () => {
  const tags = [{ name: "who", format: "%REQUEST_HEADER(x-who)%", otherwise: "nobody" }];
  expect(spanLineFormat("outbound", tags, 40)).toMatchObject({
    by: "outbound",
    p: "%REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH):40%",
    tg: { who: "%REQUEST_HEADER(x-who)%" },
    to: { who: "nobody" },
  });
  expect(spanLineFormat("outbound", [], 256)).not.toHaveProperty("tg");
});
