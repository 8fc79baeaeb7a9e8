import type { Distribution, Refusal } from "#core/view/mesh.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { heldWithout, type Placed } from "#server/xds/held-without.ts";

interface ProxyProgress {
  readonly workload: string;
  readonly namespace: string;
  state: "pending" | "acked" | "refused";
  ackMs: number | null;
  refusals: readonly Refusal[];
}

interface Rollout {
  readonly revision: number;
  readonly begunMs: number;
  readonly proxies: Map<string, ProxyProgress>;
  /** Whoever must have it is among the proxies. */
  isCounted: boolean;
}

const KEPT = 200;

/** Who must have each revision, who has it, who refused it, and how long it took. Keeps the newest revisions. */
export class RolloutBook {
  readonly #rollouts = new Map<number, Rollout>();

  begin(revision: number, nowMs: number): void {
    if (this.#rollouts.has(revision)) return;
    this.#rollouts.set(revision, { revision, begunMs: nowMs, proxies: new Map(), isCounted: false });
    for (const old of this.#rollouts.keys()) {
      if (this.#rollouts.size <= KEPT) break;
      this.#rollouts.delete(old);
    }
  }

  /** All who must have it have been told. */
  counted(revision: number): void {
    const rollout = this.#rollouts.get(revision);
    if (rollout !== undefined) rollout.isCounted = true;
  }

  require(revision: number, { id, name, namespace, metadata }: ProxyNode): void {
    const rollout = this.#rollouts.get(revision);
    if (rollout !== undefined && !rollout.proxies.has(id))
      rollout.proxies.set(id, {
        workload: metadata.WORKLOAD_NAME || name,
        namespace,
        state: "pending",
        ackMs: null,
        refusals: [],
      });
  }

  /** Answers how long it took, in milliseconds; undefined where nobody waited for it. */
  settle(revision: number, id: string, refusals: readonly Refusal[], nowMs: number): number | undefined {
    const rollout = this.#rollouts.get(revision);
    const proxy = rollout?.proxies.get(id);
    if (rollout === undefined || proxy === undefined || proxy.state !== "pending") return undefined;
    proxy.state = refusals.length > 0 ? "refused" : "acked";
    proxy.ackMs = nowMs - rollout.begunMs;
    proxy.refusals = refusals;
    return proxy.ackMs;
  }

  /** A proxy took what it had refused: a revision of which it then refuses nothing more has reached it. */
  take(id: string, type: XdsType, names: readonly string[], nowMs: number): void {
    for (const { proxies, begunMs } of this.#rollouts.values()) {
      const proxy = proxies.get(id);
      if (proxy?.state !== "refused") continue;
      proxy.refusals = proxy.refusals.filter((refusal) => refusal.type !== type || !names.includes(refusal.resource));
      if (proxy.refusals.length > 0) continue;
      proxy.state = "acked";
      proxy.ackMs = nowMs - begunMs;
    }
  }

  /** What is at fault of what a proxy refused is known: it has the rest. */
  place(id: string, placed: Placed): void {
    for (const { proxies } of this.#rollouts.values()) {
      const proxy = proxies.get(id);
      if (proxy?.state === "refused") proxy.refusals = proxy.refusals.map((each) => heldWithout(each, placed));
    }
  }

  /** A proxy that went away is waited for no longer; when it is back it gets all that it missed. */
  leave(id: string): void {
    for (const { proxies } of this.#rollouts.values()) if (proxies.get(id)?.state === "pending") proxies.delete(id);
  }

  describe(revision: number, away: readonly string[]): Distribution | undefined {
    const rollout = this.#rollouts.get(revision);
    if (rollout === undefined) return undefined;
    const proxies = [...rollout.proxies].map(([id, { workload, namespace, state, ackMs, refusals }]) => ({
      id,
      workload,
      namespace,
      state,
      ackMs,
      refusals,
    }));
    return {
      revision,
      writtenAt: new Date(rollout.begunMs).toISOString(),
      proxies,
      away,
      isComplete: rollout.isCounted && proxies.every(({ state }) => state !== "pending"),
    };
  }
}
