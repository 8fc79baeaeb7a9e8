import type { FleetSummary, ProxyDetail, ProxyStatus, Refusal } from "#core/view/mesh.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { StandingRefusal } from "#core/xds/standing-refusal.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { AwayBook } from "#server/xds/away-book.ts";
import type { Connection } from "#server/xds/connection.ts";
import { sumRefusals } from "#server/xds/sum-refusals.ts";

interface KnownProxy {
  node: ProxyNode;
  connection: Connection | undefined;
  revision: number | null;
  refusals: readonly Refusal[];
  certificateNotAfter: string | null;
  lastSeenMs: number;
}

const REFUSALS_KEPT = 20;
const AWAY_KEPT_MS = 60 * 60 * 1000;

/** Every proxy that is connected, or was in the last hour, and what is known of it. */
export class ProxyBook {
  readonly #proxies = new Map<string, KnownProxy>();
  /** The connected that ever refused something: the others need not be asked what they refuse now. */
  readonly #refusing = new Set<Connection>();
  readonly #away = new AwayBook((id) => this.#proxies.delete(id));

  /** Returns the connection that this one takes the place of. */
  connect(connection: Connection, certificateNotAfter: string | null): Connection | undefined {
    const { node } = connection;
    const known = this.#proxies.get(node.id);
    this.#away.delete(node.id);
    this.#proxies.set(node.id, {
      node,
      connection,
      revision: known?.revision ?? null,
      refusals: known?.refusals ?? [],
      certificateNotAfter,
      lastSeenMs: connection.connectedSinceMs,
    });
    if (known?.connection !== undefined) this.#refusing.delete(known.connection);
    return known?.connection;
  }

  /** False when another connection has taken this one's place. */
  disconnect(connection: Connection, revision: number, nowMs: number): boolean {
    const known = this.#proxies.get(connection.node.id);
    if (known?.connection !== connection) return false;
    if (connection.isCurrent) known.revision = revision;
    known.connection = undefined;
    this.#refusing.delete(connection);
    known.lastSeenMs = nowMs;
    this.#away.add(connection.node.id, connection.spiffeId);
    return true;
  }

  took(id: string, revision: number): void {
    const known = this.#proxies.get(id);
    if (known !== undefined) known.revision = Math.max(known.revision ?? 0, revision);
  }

  refused(id: string, refusals: readonly Refusal[]): void {
    const known = this.#proxies.get(id);
    if (known === undefined) return;
    known.refusals = [...refusals, ...known.refusals].slice(0, REFUSALS_KEPT);
    if (known.connection !== undefined) this.#refusing.add(known.connection);
  }

  /** What is refused now. Costs by who ever refused something on its present connection, not by the fleet. */
  refusals(): readonly StandingRefusal[] {
    return sumRefusals(this.#refusing);
  }

  connection(id: string): Connection | undefined {
    return this.#proxies.get(id)?.connection;
  }

  connections(): Connection[] {
    return [...this.#proxies.values()].flatMap(({ connection }) => connection ?? []);
  }

  /** Ids of those that are known and not connected. */
  away(): string[] {
    return [...this.#away];
  }

  list(revision: number, nowMs: number): ProxyStatus[] {
    this.#forget(nowMs);
    return Array.from(this.#proxies.values(), (proxy) => statusOf(proxy, revision));
  }

  summarize(nowMs: number, expiringBeforeMs: number): FleetSummary {
    this.#forget(nowMs);
    const counts = { total: this.#proxies.size, synced: 0, stale: 0, refused: 0, expiring: 0 };
    for (const { connection, certificateNotAfter } of this.#proxies.values()) {
      if (connection === undefined) continue;
      const words = Object.values(connection.sync());
      counts[words.includes("ERROR") ? "refused" : words.includes("STALE") ? "stale" : "synced"] += 1;
      if (certificateNotAfter !== null && Date.parse(certificateNotAfter) < expiringBeforeMs) counts.expiring += 1;
    }
    return counts;
  }

  #forget(nowMs: number): void {
    for (const id of this.#away) {
      const known = this.#proxies.get(id);
      // The longest away come first.
      if (known === undefined || known.lastSeenMs >= nowMs - AWAY_KEPT_MS) return;
      this.#away.delete(id);
      this.#proxies.delete(id);
    }
  }

  detail(id: string, revision: number): ProxyDetail | undefined {
    const known = this.#proxies.get(id);
    if (known === undefined) return undefined;
    const resources: Partial<Record<XdsType, number>> = {};
    for (const { layer } of known.connection?.layers ?? [])
      for (const [type, all] of layer.resources) resources[type] = (resources[type] ?? 0) + all.size;
    const { LABELS, ...metadata } = known.node.metadata;
    return { ...statusOf(known, revision), labels: LABELS, metadata, refusals: known.refusals, resources };
  }
}

function statusOf({ node, connection, revision, certificateNotAfter }: KnownProxy, newest: number): ProxyStatus {
  const sync = connection?.sync() ?? {};
  return {
    id: node.id,
    name: node.name,
    namespace: node.namespace,
    workload: node.metadata.WORKLOAD_NAME || node.name,
    type: node.type,
    version: node.version,
    address: node.address,
    spiffeId: connection?.spiffeId ?? null,
    connectedSince: connection === undefined ? null : new Date(connection.connectedSinceMs).toISOString(),
    certificateNotAfter,
    sync,
    revision: connection?.isCurrent === true ? newest : revision,
    lastRefusal: connection?.refused()[0] ?? null,
    bytesSent: connection?.bytesSent ?? 0,
  };
}
