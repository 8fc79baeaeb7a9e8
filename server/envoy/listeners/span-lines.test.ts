import { expect, test } from "vitest";
import type { TracedSide } from "#server/envoy/listeners/proxy-tracing.ts";
import type { ProxyLog } from "#server/envoy/listeners/requested-log.ts";
import { spanLinesOf } from "#server/envoy/listeners/span-lines.ts";

const SIDE: TracedSide = {
  ...{ samplingPercent: 1, endsContext: false, ignoresRequestId: false, tags: [], maxPathTagLength: 256 },
  receiver: undefined,
};
const NO_LOGS = { client: [], server: [] };
const linesOf = (server: Partial<TracedSide>, logs: readonly ProxyLog[] = []) => {
  const proxy = { traceScript: "/trace.lua", accessLog: "/access.log" };
  const tracing = { client: SIDE, server: { ...SIDE, ...server } };
  // What is asked of one side says nothing of the other.
  expect(spanLinesOf({ ...proxy, tracing, logs: { ...NO_LOGS, server: logs } }, "outbound")).toBeDefined();
  return spanLinesOf({ ...proxy, tracing, logs: { ...NO_LOGS, server: logs } }, "inbound");
};
const file = (format: ProxyLog["format"]): ProxyLog => ({
  ...{ provider: "a", to: { kind: "file", path: "/log", omitsEmptyValues: false }, format, filter: undefined },
  sources: [],
});
const OTLP = { kind: "otlp", service: "a.test", port: 4317, logName: "a", states: [] } as const;

test("texts of tags are no commands to Envoy, whatever stands in them", () => {
  const tags: TracedSide["tags"] = [
    ["share", { kind: "literal", text: "1 %" }],
    ["who", { kind: "header", name: "x-who", otherwise: "100 %" }],
  ];
  expect(linesOf({ tags })?.format).toMatchObject({
    tg: { share: "1 %%", "@x-who@who": "%REQUEST_HEADER(x-who):1024%" },
    to: { "@x-who@who": "100 %%" },
  });
});

test.each([
  ["a log without the trace", {}, file({ text: "%REQ(:PATH)%" }), true],
  ["a log of its text", {}, file({ text: "%TRACE_ID%" }), false],
  ["a log of its labels", {}, file({ labels: { trace: "in %TRACE_ID:8%" } }), false],
  [
    "records with a trace of their own",
    {},
    { ...file(undefined), to: { ...OTLP, told: { request: [], response: [], trailers: [] } } },
    false,
  ],
  ["a tag of a span", { tags: [["trace", { kind: "formatter", text: "%TRACE_ID%" }]] }, file(undefined), false],
] as const)("a tracer is needed by who asks for the trace: %s", (_, side, log, isByAgent) => {
  expect(linesOf(side, [log]) !== undefined).toBe(isByAgent);
});
