import type { SyncState } from "#core/view/mesh.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { notIn } from "#server/xds/layer-set.ts";
import { passing, type Refused, standing } from "#server/xds/refused.ts";
import type { Response } from "#server/xds/response.ts";
import type { ServedLayer } from "#server/xds/served-layer.ts";
import type { StreamEvent, StreamMachine } from "#server/xds/stream-machine.ts";
import { type Subscription, type SubscriptionTable, wants } from "#server/xds/subscription.ts";

/** By type URL; undefined for one that is none of ours. */
export const TYPE_OF: ReadonlyMap<string, XdsType> = new Map(
  Object.entries(TYPE_URLS).map(([type, url]) => [url, type as XdsType]),
);

/** The version of a layer of which a client has nothing. */
export const NEVER = -1;

interface AnyTypeState {
  readonly subscription: Subscription;
  readonly refused: Refused;
}

/** What both protocols keep of a client, and say of it: what it wants and refused of each type, and to which version of its layers it was brought. */
export abstract class StreamBase<State extends AnyTypeState> implements StreamMachine {
  protected layers: readonly ServedLayer[];
  protected readonly table: SubscriptionTable;
  protected readonly types = new Map<XdsType, State>();
  /** Layer versions to which clusters and endpoints were sent, and all the rest. */
  protected clustersAt: readonly number[];
  protected restAt: readonly number[];
  answered: readonly number[];

  constructor(layers: readonly ServedLayer[], table: SubscriptionTable) {
    this.layers = layers;
    this.table = table;
    this.clustersAt = this.restAt = this.answered = layers.map(({ version }) => version);
  }

  abstract receive(message: Buffer): {
    readonly responses: readonly Response[];
    readonly events: readonly StreamEvent[];
  };
  abstract flush(): readonly Response[];
  abstract moveTo(layers: readonly ServedLayer[]): void;

  /** Whether an answer to something of this type has not come yet. */
  protected abstract isUnanswered(state: State): boolean;
  /** Sends what was refused once more. */
  protected abstract offer(type: XdsType, state: State, names: readonly string[]): readonly Response[];

  isConcerned(layerIndex: number, fromVersion: number): boolean {
    const layer = this.layers[layerIndex];
    if (layer === undefined) return false;
    for (const [type, { subscription }] of this.types) {
      for (const name of layer.touchedSince(type, fromVersion)) if (wants(subscription, name)) return true;
    }
    return false;
  }

  wants(type: XdsType, name: string): boolean {
    const subscription = this.subscription(type);
    return subscription !== undefined && wants(subscription, name);
  }

  subscription(type: XdsType): Subscription | undefined {
    return this.types.get(type)?.subscription;
  }

  sync(): ReadonlyMap<XdsType, SyncState> {
    return new Map(
      Array.from(this.types, ([type, state]) => [
        type,
        this.standingOf(type, state).length > 0 ? "ERROR" : this.isUnanswered(state) ? "STALE" : "SYNCED",
      ]),
    );
  }

  standing(): ReadonlyMap<XdsType, readonly string[]> {
    return new Map(Array.from(this.types, ([type, state]) => [type, this.standingOf(type, state)]));
  }

  get hasPassing(): boolean {
    return [...this.types].some(([type, state]) => this.#passing(type, state).length > 0);
  }

  offerAgain(): readonly Response[] {
    const isBehind = this.layers.some(({ version }, index) => this.restAt[index] !== version);
    if (isBehind || [...this.types.values()].some((state) => this.isUnanswered(state))) return [];
    return [...this.types].flatMap(([type, state]) => {
      const names = this.#passing(type, state);
      return names.length === 0 ? [] : this.offer(type, state, names);
    });
  }

  protected standingOf(type: XdsType, { refused, subscription }: AnyTypeState): readonly string[] {
    return standing(type, refused, subscription, this.layers);
  }

  /** Of secrets alone: of other types thousands of names are asked for at a time, and who asks is nobody's concern. */
  protected missingSecrets(type: XdsType, asked: Parameters<SubscriptionTable["names"]>[0]): readonly StreamEvent[] {
    if (type !== "SDS") return [];
    const missing = notIn(this.layers, type, [...this.table.names(asked).names]);
    return missing.length === 0 ? [] : [{ kind: "missing", type, names: missing }];
  }

  #passing(type: XdsType, { refused, subscription }: AnyTypeState): readonly string[] {
    return passing(type, refused, subscription, this.layers);
  }
}
