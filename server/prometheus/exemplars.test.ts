import { expect, test } from "vitest";
import { Meter } from "#core/promql/meter.ts";
import { parseExpr } from "#core/promql/parse-expr.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { formatTags, parseTags } from "#core/telemetry/written-tags.ts";
import { findExemplars } from "#server/prometheus/exemplars.ts";
import { trafficFamilies } from "#server/prometheus/traffic-families.ts";

const REQUEST = requestCase({ traceId: "c".repeat(32), durationMs: 7 });
const { reporter, responseCode, sourceWorkload, sourceNamespace, sourceVersion, ...called } = REQUEST;
const { destinationService, destinationPort, destinationWorkload, destinationVersion } = called;
const KEY = {
  ...{ ...NOBODY, reporter, protocol: "http" as const, responseCode, sourceWorkload, sourceNamespace, sourceVersion },
  ...{ destinationService, destinationPort, destinationWorkload, destinationVersion, responseFlags: "-" },
};
const meter = new Meter({ pointsMax: 1000, isOver: () => undefined, pause: () => Promise.resolve() });

/** Of keys that differ by the host that a Telemetry has one metric labelled by. */
function ask(metric: string, hosts: readonly string[]) {
  const keys = hosts.map((host) => ({ ...KEY, tags: formatTags([["request.host", host]]) }));
  const families = trafficFamilies((of, { tags }) =>
    of === "REQUEST_DURATION" ? { host: parseTags(tags).get("request.host") ?? "" } : {},
  );
  const parts = { families, requests: { list: () => Promise.resolve([REQUEST]) }, traffic: { keys: () => keys } };
  return findExemplars(parseExpr(`${metric}_bucket`), { startMs: 0, endMs: 1 }, parts, meter);
}

test("a request is an exemplar of a series by its host where all have one, and of none where they have several", async () => {
  const [found] = await ask("istio_request_duration_milliseconds", ["a"]);
  expect(Object.fromEntries(found?.labels ?? [])).toMatchObject({ host: "a" });
  expect(await ask("istio_request_duration_milliseconds", ["a", "b"])).toEqual([]);
  // What has no such label is one series of both.
  expect(await ask("istio_request_bytes", ["a", "b"])).toHaveLength(1);
});
