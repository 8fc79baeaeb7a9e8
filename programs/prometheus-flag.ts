import { durationFlagMs } from "#cli/duration.ts";
import { UsageError } from "#cli/failure.ts";
import { readHeaders } from "#programs/read-headers.ts";
import type { TrafficSource } from "#server/telemetry/stores/prometheus/traffic-source.ts";

const FLAG = "--prometheus";
const SHORTEST_MS = 1000;

/** Which Prometheus has measured the mesh; `scrapeInterval`: how often it looks at a proxy. */
export function prometheusFlag(text: string, scrapeInterval: string, headersFile: string | undefined): TrafficSource {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${FLAG} ${JSON.stringify(text)} is not an http or https URL`, {
      hint: `for example ${FLAG} http://prometheus.istio-system:9090`,
    });
  const { username, password } = new URL(text);
  if (username !== "" || password !== "")
    throw new UsageError(`${FLAG} has a password in it`, { hint: `put it into the file of ${FLAG}-headers` });
  const scrapeIntervalMs = durationFlagMs(scrapeInterval, `${FLAG}-scrape-interval`);
  if (scrapeIntervalMs < SHORTEST_MS)
    throw new UsageError(`${FLAG}-scrape-interval ${scrapeInterval} is less than a second`, {
      hint: "name the scrape_interval of the job that has Istio's metrics",
    });
  return {
    url: text.replace(/\/+$/, ""),
    headers: headersFile === undefined ? {} : readHeaders(headersFile, `${FLAG}-headers`),
    scrapeIntervalMs,
  };
}
