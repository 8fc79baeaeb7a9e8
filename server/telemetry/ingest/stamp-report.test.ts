import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { compileRedaction, type Redact } from "#core/telemetry/redact-headers.ts";
import { formatTags, parseTags } from "#core/telemetry/written-tags.ts";
import {
  ReportRequestSchema,
  RequestSampleSchema,
  RequestWindowSchema,
  TelemetryGapSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { readReport } from "#server/telemetry/ingest/read-report.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import { stampReport } from "#server/telemetry/ingest/stamp-report.ts";
import { LabelMemory } from "#server/telemetry/ingest/told-labels.ts";

const NOW = 1_800_000_000_000;
const STRANGER: Reporter = { principal: "spiffe://cluster.local/ns/default/sa/shop", namespace: "default" };
const SHOP: Reporter = {
  ...STRANGER,
  workload: { workload: "shop-v1", namespace: "default", app: "shop", version: "v1" },
  services: [{ inboundPort: 19_080, host: "shop.default.svc.cluster.local", port: 80 }],
};

/** Every text of a message says "claimed-FIELD"; times are now. */
function claims(schema: typeof RequestWindowSchema | typeof RequestSampleSchema, reporter: string): object {
  const texts = schema.fields.filter(
    (field) => field.fieldKind === "scalar" && typeof create(schema)[field.localName as never] === "string",
  );
  const own = (side: "source" | "destination") => ({ [`${side}WorkloadNamespace`]: "", [`${side}Principal`]: "" });
  return {
    ...Object.fromEntries(texts.map(({ localName }) => [localName, `claimed-${localName}`])),
    ...own(reporter === "source" ? "source" : "destination"),
    reporter,
    windowStartMs: BigInt(NOW),
    startMs: BigInt(NOW),
  };
}

function survivors(reporter: Reporter, side: string): Record<"window" | "sample", string[]> {
  const report = create(ReportRequestSchema, {
    windows: [{ ...claims(RequestWindowSchema, side), count: 5n }],
    samples: [claims(RequestSampleSchema, side)],
  });
  const { windows, samples, refused } = stampReport(report, reporter, NOW);
  expect(refused).toEqual([]);
  const claimed = (rows: readonly object[]) =>
    [
      ...new Set(
        JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? `${value}` : (value as unknown))).match(
          /claimed-\w+/g,
        ),
      ),
    ]
      .map((each) => each.slice("claimed-".length))
      .sort();
  return { window: claimed(windows), sample: claimed(samples) };
}

// Of the request itself: what nobody's name stands in.
const REQUEST = [
  "authority",
  "method",
  "path",
  "pathTemplate",
  "requestId",
  "requestProtocol",
  "responseCodeDetails",
  "responseFlags",
];

describe("of what a report says there stays", () => {
  test.each(["source", "destination"])("only the request, where the %s is not registered", (side) => {
    expect(survivors(STRANGER, side)).toEqual({
      window: [],
      sample: ["connectionSecurityPolicy", ...REQUEST].sort(),
    });
  });

  test("of a registered source also whom it called", () => {
    const other = ["destinationService", "destinationVersion", "destinationWorkload", "destinationWorkloadNamespace"];
    expect(survivors(SHOP, "source")).toEqual({
      window: [...other, "destinationApp", "destinationPrincipal"].sort(),
      sample: [
        ...[...other, ...REQUEST, "connectionSecurityPolicy", "destinationPrincipal"],
        ...["routeName", "subset", "upstreamFailure", "upstreamHost"],
      ].sort(),
    });
  });

  test("of a registered destination also who called it, but no service that is not its own", () => {
    const { window, sample } = survivors(SHOP, "destination");
    expect(window).not.toContain("destinationService");
    expect(sample).not.toContain("destinationService");
    expect([...window, ...sample].filter((field) => /^destination/.test(field))).toEqual([]);
  });
});

test.each([
  ["none", "none"],
  ["ns[default]-policy[no]-rule[0]", "ns[default]-policy[no]-rule[0]"],
  ["ns[istio-system]-policy[all]-rule[0]", "ns[istio-system]-policy[all]-rule[0]"],
  ["ns[prod]-policy[secret]-rule[0]", ""],
  ["ns[default]-policy[a\u001b[2Jb]-rule[0]", ""],
  ["mtls[plaintext]-policy[prod/strict]", "mtls[plaintext]"],
  ["AuthorizationPolicy/default/no", ""],
  ["limit:default/per-tenant/burst", "limit:default/per-tenant/burst"],
  ["limit:istio-system/all/burst", "limit:istio-system/all/burst"],
  ["limit:other/per-tenant/burst", ""],
  ["limit:other/routed/burst", "limit:other/routed/burst"],
  ["limit:default/per-tenant", ""],
])("a workload of default that says it was denied by %j is taken to say %j", (said, taken) => {
  // Of a gateway's limits those of its routes are of other namespaces.
  const reporter = { ...SHOP, rootNamespace: "istio-system", limits: [{ namespace: "other", name: "routed" }] };
  const report = create(ReportRequestSchema, {
    windows: [{ reporter: "source", windowStartMs: BigInt(NOW), count: 1n, deniedBy: said }],
    samples: ["source", "destination"].map((side) => ({ reporter: side, startMs: BigInt(NOW), deniedBy: said })),
  });
  const { windows, samples } = stampReport(report, reporter, NOW);
  expect([...windows.map(({ key }) => key.deniedBy), ...samples.map(({ deniedBy }) => deniedBy)]).toEqual([
    taken,
    taken,
    taken,
  ]);
});

test("of limits that stand over it a workload may tell what they said, and of no others", () => {
  const said = "+default/per-tenant/burst ~default/other/all -prod/per-tenant/burst <b> =istio-system/all/r";
  const report = create(ReportRequestSchema, {
    windows: [{ reporter: "destination", windowStartMs: BigInt(NOW), count: 1n, limitedBy: said }],
  });
  const taken = (limits: { namespace: string; name: string }[]) =>
    stampReport(report, { ...SHOP, limits }, NOW).windows.map(({ key }) => key.limitedBy);
  const over = { namespace: "default", name: "per-tenant" };
  expect([taken([]), taken([over, { namespace: "istio-system", name: "all" }])]).toEqual([
    [""],
    ["+default/per-tenant/burst =istio-system/all/r"],
  ]);
});

test.each([
  ["14", "UF,URX", "14", "UF,URX"],
  ["", "", "", "-"],
  ["ok\n", "UF\u001b[2J", "", "-"],
])("status %j and flags %j are taken as %j and %j", (status, flags, takenStatus, takenFlags) => {
  const window = { reporter: "source", windowStartMs: BigInt(NOW), grpcResponseStatus: status, responseFlags: flags };
  const { windows } = stampReport(create(ReportRequestSchema, { windows: [window] }), SHOP, NOW);
  expect(windows[0]?.key).toMatchObject({ grpcStatus: takenStatus, responseFlags: takenFlags });
});

test("a registered destination may name a service that selects it", () => {
  const window = {
    reporter: "destination",
    windowStartMs: BigInt(NOW),
    destinationService: "shop.default.svc.cluster.local",
    count: 1n,
  };
  const { windows } = stampReport(create(ReportRequestSchema, { windows: [window] }), SHOP, NOW);
  expect(windows[0]?.key.destinationService).toBe("shop.default.svc.cluster.local");
});

test.each([
  ["of no known end", { reporter: "both" }],
  ["with a duration that is none", { reporter: "source", durationMs: Number.NaN }],
  ["with a duration below zero", { reporter: "source", durationMs: -1 }],
  ["with a code that is none", { reporter: "source", responseCode: 4_000_000_000 }],
  ["of another time", { reporter: "source", startMs: 2n ** 62n }],
])("a sample %s is refused", (_, said) => {
  const report = create(ReportRequestSchema, { samples: [{ startMs: BigInt(NOW), ...said }] });
  expect(stampReport(report, SHOP, NOW)).toMatchObject({
    samples: [],
    refused: ["samples that cannot be: 1 requests"],
  });
});

test.each([
  ["that fits", 30, [0, 0, 2, 4], 30],
  ["above what the slowest can have taken", 1e12, [0, 0, 2, 4], 50],
  ["below what the fastest must have taken", 0, [0, 0, 2, 4], 22],
  ["of requests without a histogram", 30, [], 30],
])("a sum of durations %s goes with the histogram beside it", (_, durationSumMs, durationBuckets, taken) => {
  const window = { reporter: "source", windowStartMs: BigInt(NOW), count: 6n, durationSumMs, durationBuckets };
  const { windows } = stampReport(create(ReportRequestSchema, { windows: [window] }), SHOP, NOW);
  expect(windows).toMatchObject([{ durationSumMs: taken }]);
});

test.each([
  ["more requests than a proxy has in ten seconds", { count: 2_000_001n }],
  ["more bytes than a network carries in that time", { count: 1n, responseBytes: 2n ** 50n }],
])("a window with %s is refused", (_, said) => {
  const window = { reporter: "source", windowStartMs: BigInt(NOW), durationBuckets: [1], ...said };
  const { windows, refused } = stampReport(create(ReportRequestSchema, { windows: [window] }), SHOP, NOW);
  expect([windows, refused]).toEqual([[], [expect.stringMatching(/^windows with figures that cannot be/)]]);
});

test.each([
  ["entries that count nothing", { durations: [3] }],
  ["more entries than there are buckets", { requestSizes: new Array<number>(1025).fill(1024) }],
  ["a bucket that is none", { responseSizes: [2047] }],
])("a window with %s is refused", (_, said) => {
  const window = { reporter: "source", windowStartMs: BigInt(NOW), count: 2000n, ...said };
  const { windows, refused } = stampReport(create(ReportRequestSchema, { windows: [window] }), SHOP, NOW);
  expect([windows, refused]).toEqual([[], ["windows with unknown buckets: 2000 requests"]]);
});

test("the bytes of a connection that lasted for days are of these days", () => {
  const days = 3 * 24 * 3600 * 1000;
  const durationBuckets = [...new Array<number>(19).fill(0), 1];
  const window = { reporter: "source", windowStartMs: BigInt(NOW), count: 1n, responseBytes: 2n ** 50n };
  const report = create(ReportRequestSchema, { windows: [{ ...window, durationBuckets, durationSumMs: days }] });
  expect(stampReport(report, SHOP, NOW).windows).toMatchObject([{ responseBytes: 2 ** 50, durationSumMs: days }]);
});

test("of one report so many samples are taken, and how many more there were is said", () => {
  const samples = Array.from({ length: 502 }, () => ({ reporter: "source", startMs: BigInt(NOW) }));
  const stamped = stampReport(create(ReportRequestSchema, { samples }), SHOP, NOW);
  expect(stamped.samples).toHaveLength(500);
  expect(stamped.refused).toEqual(["samples beyond those of one report: 2 requests"]);
});

test("a gap has a beginning before its end, a possible count, and words that are words", () => {
  const gap = (said: object) =>
    create(TelemetryGapSchema, { startMs: BigInt(NOW - 1), endMs: BigInt(NOW), requests: 3n, ...said });
  const gaps = [
    gap({ startMs: BigInt(NOW + 5), reason: "a\nb" }),
    gap({ requests: 2n ** 63n }),
    gap({ endMs: 2n ** 62n }),
  ];
  const stamped = stampReport(create(ReportRequestSchema, { gaps }), SHOP, NOW).gaps;
  expect(stamped).toMatchObject([{ startMs: BigInt(NOW), endMs: BigInt(NOW), reason: "a b", requests: 3n }]);
});

test("values of headers that are told of nowhere are in no label, and what is shown of others follows what is set at once", () => {
  const tags = formatTags([
    ["request.headers['x-key']", "abc"],
    ["request.headers['cookie']", "a=b"],
    ["request.headers['x-tenant']", "acme"],
  ]);
  const bytes = toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, {
      windows: [{ reporter: "source", count: 1n, windowStartMs: BigInt(NOW), tags }],
    }),
  );
  const memory = new LabelMemory();
  const about = {};
  const tagsBy = (redact: Redact) => {
    const [window] = stampReport(readReport(bytes, "p", memory), { ...SHOP, about, redact }, NOW).windows;
    return Object.fromEntries(parseTags(window?.key.tags ?? ""));
  };
  const shown = { "request.headers['cookie']": "redacted", "request.headers['x-tenant']": "acme" };
  expect(tagsBy(compileRedaction([]))).toEqual({ ...shown, "request.headers['x-key']": "abc" });
  expect(tagsBy(compileRedaction(["x-key"]))).toEqual({ ...shown, "request.headers['x-key']": "redacted" });
});
