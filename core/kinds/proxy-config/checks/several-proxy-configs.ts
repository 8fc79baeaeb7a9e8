import { oldestAlone } from "#core/check/oldest-alone.ts";

/** Of several ProxyConfigs on one level the oldest alone speaks. */
export const severalProxyConfigs = oldestAlone({
  code: "several-proxy-configs",
  summary: "Two ProxyConfigs of one namespace are for the same workloads; only the older one applies to them.",
});
