import { oldestAlone } from "#core/check/oldest-alone.ts";

/** Of several Telemetries on one level the oldest alone speaks. */
export const severalTelemetries = oldestAlone({
  code: "several-telemetries",
  summary: "Two Telemetries of one namespace are for the same workloads; only the older one applies to them.",
});
