import type { ProxyStatus } from "#core/view/mesh.ts";

export interface SyncSummary {
  readonly tone: "ok" | "warn" | "bad" | "neutral";
  readonly text: string;
  /** A whole sentence, for the tooltip and screen readers. */
  readonly detail: string;
}

/** How far the connected proxies are: what refused comes before what is late. */
export function summariseSync(proxies: readonly ProxyStatus[]): SyncSummary {
  const connected = proxies.filter(({ connectedSince }) => connectedSince !== null);
  const away = proxies.length - connected.length;
  if (connected.length === 0)
    return {
      tone: "neutral",
      text: "No proxies",
      detail: away === 0 ? "No proxy has connected yet" : `${away} known, none connected`,
    };
  const has = (state: string) =>
    connected.filter(({ sync }) => Object.values(sync).some((value) => value === state)).length;
  const refused = has("ERROR");
  const late = has("STALE");
  const awayText = away === 0 ? "" : `; ${away} away`;
  if (refused > 0)
    return {
      tone: "bad",
      text: `${refused} refused`,
      detail: `${refused} of ${connected.length} proxies refused configuration and keep their last good one${awayText}`,
    };
  if (late > 0)
    return {
      tone: "warn",
      text: `${connected.length - late}/${connected.length} synced`,
      detail: `${late} of ${connected.length} proxies have not acknowledged the newest configuration yet${awayText}`,
    };
  return {
    tone: "ok",
    text: `${connected.length} synced`,
    detail: `All ${connected.length} connected proxies have the newest configuration${awayText}`,
  };
}
