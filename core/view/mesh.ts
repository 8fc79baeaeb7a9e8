import type { Diagnostic } from "#core/diagnostic.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

export type SyncState = "SYNCED" | "STALE" | "NOT SENT" | "ERROR";

/** What Envoy said when it refused, and the user's object that caused it. */
export interface Refusal {
  readonly at: string;
  readonly type: XdsType;
  /** Name of the xDS resource. */
  readonly resource: string;
  /** Envoy's own words. */
  readonly message: string;
  readonly origins: readonly Origin[];
  /** Its cause is on the host, a taken port for one: it is offered again as it is, after half a minute, a minute, and then every five. */
  readonly isOfferedAgain?: true;
  /** The proxy holds the resource without what `origins` name, and these alone are at fault. */
  readonly isHeldWithout?: true;
  /** And it was held without the same before it was offered this time. */
  readonly wasHeldWithout?: true;
}

/** Counts of the proxies that are connected, or were in the last hour. */
export interface FleetSummary {
  readonly total: number;
  /** Of those connected: all is acknowledged; something waits; something is refused. */
  readonly synced: number;
  readonly stale: number;
  readonly refused: number;
  /** Of those connected: the certificate ends soon. */
  readonly expiring: number;
}

export interface ProxyStatus {
  /** Node id. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  readonly type: "sidecar" | "router";
  readonly version: string;
  readonly address: string;
  readonly spiffeId: string | null;
  /** ISO time; null while away. */
  readonly connectedSince: string | null;
  readonly certificateNotAfter: string | null;
  readonly sync: Readonly<Partial<Record<XdsType, SyncState>>>;
  /** The newest revision it has acknowledged in all types. */
  readonly revision: number | null;
  readonly lastRefusal: Refusal | null;
  readonly bytesSent: number;
  /** What its host's clock is ahead of the control plane's, in ms (negative: behind); absent while it is near enough. */
  readonly clockAheadMs?: number;
  /** What its agent says should be looked at on its host, certificate files for example; absent when there is nothing. */
  readonly problems?: readonly string[];
  /** What of the settings of ProxyConfigs and the MeshConfig its Envoy does not run with, and why; absent where it does with all. */
  readonly settingsNotes?: readonly string[];
}

/** A time of which requests were not counted. */
export interface TelemetryGap {
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: string;
  /** As far as is known. */
  readonly requests: number;
}

export interface ProxyDetail extends ProxyStatus {
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly refusals: readonly Refusal[];
  readonly resources: Readonly<Partial<Record<XdsType, number>>>;
  /** Of the last day, of its workload, the newest first; absent where there is none. */
  readonly gaps?: readonly TelemetryGap[];
}

/** How one revision spread. */
export interface Distribution {
  readonly revision: number;
  readonly writtenAt: string;
  readonly proxies: readonly {
    readonly id: string;
    readonly workload: string;
    readonly namespace: string;
    readonly state: "pending" | "acked" | "refused";
    /** From write to acknowledgement. */
    readonly ackMs: number | null;
    readonly refusals: readonly Refusal[];
  }[];
  /** Known proxies that are not connected. */
  readonly away: readonly string[];
  /** What of the revision could not be translated: of that proxies keep what they had. */
  readonly failures?: readonly Diagnostic[];
  /** What keeps proxies that took it from doing what it says: certificate files of their hosts that what it changed names. */
  readonly findings?: readonly Diagnostic[];
  /** Every connected proxy that must have it has answered. */
  readonly isComplete: boolean;
}
