import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { mayUse } from "#core/access/endpoints.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { type Metric, PROMETHEUS_CONTENT_TYPE, renderMetrics } from "#node/prometheus-text.ts";
import { sendText } from "#node/send-text.ts";
import type { Auth } from "#server/auth/auth.ts";
import { refusalNoter } from "#server/http/note-refused.ts";
import type { StandardMetrics } from "#server/telemetry/query/standard-metrics.ts";

export interface MetricsOptions {
  readonly isLoopback: boolean;
  /** What limits have refused since the start, by limit. */
  readonly refused: () => ReadonlyMap<string, number>;
  /** What this server measures of itself. */
  readonly own?: () => Promise<readonly Metric[]>;
}

/** Each costs what all series are; one scraper asks seldom. */
const SCRAPES_MAX = 4;

/** Between two pieces whatever else there is to do is done. */
async function* piecesOf(
  traffic: Pick<StandardMetrics, "text">,
  refused: ReadonlyMap<string, number>,
  own: readonly Metric[],
): AsyncGenerator<string> {
  if (refused.size > 0)
    yield renderMetrics([
      {
        name: "pharos_refused_total",
        help: "What limits refused.",
        type: "counter",
        values: Array.from(refused, ([limit, value]) => ({ labels: { limit }, value })),
      },
    ]);
  if (own.length > 0) yield renderMetrics(own);
  for (const piece of traffic.text()) {
    yield piece;
    await new Promise(setImmediate);
  }
}

/**
 * Prometheus' page. It names every service and who calls it: beyond this machine a scraper shows an API token (`authorization`
 * in its configuration), on loopback none is needed.
 */
export function mountMetrics(
  traffic: Pick<StandardMetrics, "text">,
  auth: Pick<Auth, "authenticate" | "noteRefused">,
  { isLoopback, refused, own = async () => [] }: MetricsOptions,
): HttpHandler {
  const noteRefused = refusalNoter(auth);
  let scrapes = 0;
  return async (request, response) => {
    if (!isLoopback && !mayUse("/metrics", (await auth.authenticate(request))?.role ?? null)) {
      noteRefused(request, "no session and no API token that works");
      return sendText(response, 401, "metrics need an API token: authorization: Bearer TOKEN\n");
    }
    if (scrapes >= SCRAPES_MAX) return sendText(response, 429, `${SCRAPES_MAX} are being scraped at this moment\n`);
    scrapes += 1;
    try {
      const measured = await own();
      response.writeHead(200, {
        "content-type": PROMETHEUS_CONTENT_TYPE,
        "cache-control": "no-store",
      });
      await pipeline(Readable.from(piecesOf(traffic, refused(), measured), { objectMode: true }), response);
    } catch (error) {
      // A scraper that went away in the middle is its own affair.
      if (!response.destroyed) throw error;
    } finally {
      scrapes -= 1;
    }
  };
}
