import { oldestAlone } from "#core/check/oldest-alone.ts";

/** Of several Sidecars for a workload the oldest alone speaks (Istio's IST0110 and IST0111). */
export const severalSidecars = oldestAlone({
  code: "several-sidecars",
  kiali: "KIA1006",
  summary: "Two Sidecars of one namespace are for the same workloads; only the older one applies to them.",
});
