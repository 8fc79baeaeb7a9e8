import { describe } from "vitest";
import { askedAgain } from "#server/telemetry/testing/conformance/asked-again.ts";
import { copies } from "#server/telemetry/testing/conformance/copies.ts";
import { exactCounts } from "#server/telemetry/testing/conformance/exact-counts.ts";
import { figures } from "#server/telemetry/testing/conformance/figures.ts";
import { foreignSamples } from "#server/telemetry/testing/conformance/foreign-samples.ts";
import { gapsAndRequests } from "#server/telemetry/testing/conformance/gaps-and-requests.ts";
import { logs } from "#server/telemetry/testing/conformance/logs.ts";
import { portRows } from "#server/telemetry/testing/conformance/port-rows.ts";
import { requests } from "#server/telemetry/testing/conformance/requests.ts";
import { tiersAndRetention } from "#server/telemetry/testing/conformance/tiers-and-retention.ts";
import { traces } from "#server/telemetry/testing/conformance/traces.ts";
import { type OpenStore, type StoreCase, storeCase } from "#server/telemetry/testing/store-case.ts";

const SUITES = {
  "exact counts": exactCounts,
  "rows by the ports": portRows,
  "what was asked before": askedAgain,
  "tiers and retention": tiersAndRetention,
  "gaps and requests": gapsAndRequests,
  "others' series": foreignSamples,
  copies,
  requests,
  figures,
  traces,
  logs,
} as const satisfies Readonly<Record<string, (at: StoreCase) => void>>;

export interface ConformanceOptions {
  /** What the store leaves to others, and says so. */
  readonly except?: readonly (keyof typeof SUITES)[];
  /** Whether what it is run against is installed. */
  readonly isThere?: boolean;
}

/** What every telemetry store must pass. Each test has an empty store. */
export function conformance(
  name: string,
  open: OpenStore,
  { except = [], isThere = true }: ConformanceOptions = {},
): void {
  const suites = Object.entries(SUITES).filter(([suite]) => !except.some((each) => each === suite));
  describe.skipIf(!isThere).each(suites)(`${name}: %s`, (_, suite) => suite(storeCase(open)));
}
