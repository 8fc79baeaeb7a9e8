import { durationFlagMs } from "#cli/duration.ts";
import { UsageError } from "#cli/failure.ts";
import { readHeaders } from "#programs/read-headers.ts";
import type { JsonAddress } from "#server/telemetry/stores/ask-json.ts";
import type { TrafficSource } from "#server/telemetry/stores/prometheus/traffic-source.ts";

const SHORTEST_MS = 1000;

/** A server that is asked by its API over HTTP, with the headers of a file: `name=value`, one a line. */
export function sourceFlag(text: string, flag: string, example: string, headersFile: string | undefined): JsonAddress {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${flag} ${JSON.stringify(text)} is not an http or https URL`, {
      hint: `for example ${flag} ${example}`,
    });
  const { username, password } = new URL(text);
  if (username !== "" || password !== "")
    throw new UsageError(`${flag} has a password in it`, { hint: `put it into the file of ${flag}-headers` });
  return {
    url: text.replace(/\/+$/, ""),
    headers: headersFile === undefined ? {} : readHeaders(headersFile, `${flag}-headers`),
  };
}

/** Which Prometheus has measured the mesh; `scrapeInterval`: how often it looks at a proxy. */
export function prometheusFlag(text: string, scrapeInterval: string, headersFile: string | undefined): TrafficSource {
  const flag = "--prometheus";
  const address = sourceFlag(text, flag, "http://prometheus.istio-system:9090", headersFile);
  const scrapeIntervalMs = durationFlagMs(scrapeInterval, `${flag}-scrape-interval`);
  if (scrapeIntervalMs < SHORTEST_MS)
    throw new UsageError(`${flag}-scrape-interval ${scrapeInterval} is less than a second`, {
      hint: "name the scrape_interval of the job that has Istio's metrics",
    });
  return { ...address, scrapeIntervalMs };
}
