import type { Diagnostic } from "#core/diagnostic.ts";
import type { Revoked } from "#core/identity/revoked.ts";
import type { Refused } from "#core/limits/limit-book.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import type { Distribution, FleetSummary, ProxyDetail, ProxyStatus } from "#core/view/mesh.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import type { ServerTls } from "#grpc/server.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { EncodedOrders } from "#server/mesh/tap-watchers.ts";
import type { WireError } from "#server/mesh/wire-error.ts";
import type { AdsEvent } from "#server/xds/ads-server.ts";
import type { ChangedName, Takers } from "#server/xds/count-takers.ts";

/** What credentials hold, by `namespace/name`: what the compiler knows of them is in its snapshot. */
export type Credentials = Readonly<Record<string, CredentialMaterial>>;

/** What the worker thread is started with. */
export interface MeshWorkerData {
  readonly snapshot: Snapshot;
  readonly host: string;
  readonly port: number;
  /** Null: no listener without TLS. */
  readonly plaintextPort: number | null;
  readonly tls: ServerTls;
  readonly trustDomain: string;
  readonly revoked: Revoked;
  readonly credentials: Credentials;
  /** Unary methods that the main thread answers. */
  readonly forwarded: readonly string[];
}

/** Calls to the worker, and what each answers. */
export interface MeshCalls {
  /** One after another; each settles when its proxies are being told. */
  apply(change: SnapshotChange): Promise<{ readonly diagnostics: readonly Diagnostic[] }>;
  /** Of the proxies that are connected. */
  nodes(): readonly ProxyNode[];
  /** Who would be sent changes of these resources. */
  takers(changed: readonly ChangedName[]): Takers;
  fleet(expiringBeforeMs: number): FleetSummary;
  proxies(): readonly ProxyStatus[];
  refusals(): readonly StandingRefusal[];
  proxy(id: string): ProxyDetail | undefined;
  proxyConfig(id: string, type: XdsType): unknown;
  distribution(revision: number): Distribution | undefined;
  setTls(tls: ServerTls): void;
  /** Who is revoked is refused from here on, and its connections end. */
  setRevoked(revoked: Revoked): void;
  /** What these hold from here on, null where it is gone; whoever names them is sent it when they are compiled. */
  setCredentials(changed: Readonly<Record<string, CredentialMaterial | null>>): void;
  /** Of its own since it started. */
  metrics(): Promise<readonly Metric[]>;
  /** What agents are asked to show from here on, of requests as they happen; answers who of them hears it. To be said again before it runs out. */
  setTaps(orders: EncodedOrders): readonly string[];
  memory(): { readonly rssBytes: number; readonly heapBytes: number; readonly externalBytes: number };
  close(): Promise<void>;
}

export type ToWorker =
  | { readonly kind: "call"; readonly id: number; readonly method: keyof MeshCalls; readonly args: readonly unknown[] }
  | { readonly kind: "answer"; readonly id: number; readonly reply?: Uint8Array; readonly error?: WireError };

export type FromWorker =
  | { readonly kind: "ready"; readonly port: number; readonly plaintextPort: number | null }
  | { readonly kind: "result"; readonly id: number; readonly value?: unknown; readonly error?: WireError }
  | { readonly kind: "events"; readonly events: readonly AdsEvent[] }
  /** A method broke; the caller was not told how. */
  | { readonly kind: "failed"; readonly path: string; readonly error: WireError }
  /** What limits refused since the last such message. */
  | { readonly kind: "limited"; readonly refused: readonly Refused[] }
  | {
      readonly kind: "forward";
      readonly id: number;
      readonly path: string;
      readonly request: Uint8Array;
      readonly peer: ForwardedPeer;
    };
