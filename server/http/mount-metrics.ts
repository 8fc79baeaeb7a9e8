import type { Auth } from "#server/auth/auth.ts";
import { NotedRarely } from "#server/http/noted-rarely.ts";
import { type HttpHandler, sendText } from "#server/http/routes.ts";
import type { TelemetryStore } from "#server/telemetry/store.ts";

/**
 * Prometheus' page. It names every service and who calls it: beyond this machine a scraper shows an API token (`authorization`
 * in its configuration), on loopback none is needed.
 */
export function mountMetrics(
  telemetry: Pick<TelemetryStore, "prometheus">,
  auth: Pick<Auth, "authenticate" | "noteRefused">,
  isLoopback: boolean,
): HttpHandler {
  const noted = new NotedRarely();
  return async (request, response) => {
    if (!isLoopback && (await auth.authenticate(request)) === null) {
      if (noted.isDue(request.socket.remoteAddress ?? "", Date.now()))
        auth.noteRefused(request, "no session and no API token that works");
      return sendText(response, 401, "metrics need an API token: authorization: Bearer TOKEN\n");
    }
    sendText(response, 200, telemetry.prometheus(), "text/plain; version=0.0.4; charset=utf-8");
  };
}
