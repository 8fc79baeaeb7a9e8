import type { TapInput, TapNews } from "#core/telemetry/tap.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Caller } from "#server/services/services.ts";
import type { TapDesk } from "#server/taps/tap-desk.ts";

export interface TapServiceOptions {
  readonly desk: Pick<TapDesk, "follow">;
  readonly audit: Pick<Audit, "write">;
}

/** Requests as they happen. Who looked at which, from when to when, is in the audit trail. */
export function createTapService({ desk, audit }: TapServiceOptions) {
  return async function* tap(
    input: TapInput,
    wantsHeaders: boolean,
    { principal, from }: Caller,
    signal: AbortSignal,
  ): AsyncIterable<TapNews> {
    const line = {
      actor: principal.name,
      action: wantsHeaders ? "requests.tapHeaders" : "requests.tap",
      resource: input.filter.trim() || "all requests",
      from,
      outcome: "allowed",
    } as const;
    const startedMs = Date.now();
    const news = desk.follow({ ...input, wantsHeaders, user: principal.name }, signal, (shown) =>
      audit.write({
        ...line,
        reason: `ended after ${Math.round((Date.now() - startedMs) / 1000)} s: ${shown} requests were shown`,
      }),
    );
    let isNoted = false;
    for await (const each of news) {
      if (!isNoted)
        audit.write({ ...line, reason: `for ${input.seconds} s at most, at ${each.proxies.asked} proxies` });
      isNoted = true;
      yield each;
    }
  };
}
