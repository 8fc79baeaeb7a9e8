import type { Tone } from "#components/ui/badge.tsx";
import type { ProxyStatus, SyncState } from "#core/view/mesh.ts";
import { PUSH_ORDER, type XdsType } from "#core/xds/type-urls.ts";

/** The types that every Envoy subscribes to; secrets come from its agent. */
export const SYNC_TYPES = PUSH_ORDER.filter((type): type is Exclude<XdsType, "SDS"> => type !== "SDS");

export const SYNC_LOOK = {
  SYNCED: { word: "Synced", tone: "ok" },
  STALE: { word: "Stale", tone: "warn" },
  "NOT SENT": { word: "Not sent", tone: "neutral" },
  ERROR: { word: "Refused", tone: "bad" },
} as const satisfies Record<SyncState, { word: string; tone: Tone }>;

const WORST = ["ERROR", "STALE", "SYNCED", "NOT SENT"] as const satisfies readonly SyncState[];

export interface SyncSummary {
  readonly word: string;
  readonly tone: Tone;
  /** For sorting: what needs a look first. */
  readonly rank: number;
}

/** A proxy's state in one word: away, or the worst of its types. */
export function summarizeProxy({ connectedSince, sync }: Pick<ProxyStatus, "connectedSince" | "sync">): SyncSummary {
  if (connectedSince === null) return { word: "Away", tone: "neutral", rank: 2 };
  const states = Object.values(sync);
  const worst = WORST.find((state) => states.includes(state)) ?? "NOT SENT";
  return { ...SYNC_LOOK[worst], rank: { ERROR: 0, STALE: 1, "NOT SENT": 3, SYNCED: 4 }[worst] };
}

export interface FleetFilter {
  readonly query: string;
  readonly state: "all" | "trouble" | "away";
}

export function filterProxies(proxies: readonly ProxyStatus[], { query, state }: FleetFilter): ProxyStatus[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return proxies.filter((proxy) => {
    const { rank } = summarizeProxy(proxy);
    if (state === "trouble" && rank > 1) return false;
    if (state === "away" && proxy.connectedSince !== null) return false;
    const text = `${proxy.id} ${proxy.workload} ${proxy.namespace} ${proxy.type} ${proxy.version} ${proxy.spiffeId ?? ""}`;
    return words.every((word) => text.toLowerCase().includes(word));
  });
}
