import type { Caller } from "#core/resolve/locality-load.ts";
import type { LayerChange, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import { MutableLayer } from "#server/compile/mutable-layer.ts";
import { formatCaller } from "#server/envoy/caller-of.ts";

interface Built {
  readonly type: XdsType;
  readonly resource: XdsResource;
}

/**
 * What a caller has otherwise than another, encoded for him. It is asked whenever somebody comes from a new place, with all services in
 * one turn: what it needs of the mesh is found when it is made, where that is noted too.
 */
export type EncodeForCaller = (caller: Caller) => readonly Built[];

interface Held {
  readonly caller: Caller;
  readonly layer: MutableLayer;
  users: number;
}

/** What of one host differs between the callers of a scope, built for those who are there. */
export interface CallersPart {
  readonly encoders: readonly EncodeForCaller[];
  readonly built: ReadonlyMap<MutableLayer, readonly Built[]>;
}

/**
 * What differs between the callers of one scope: endpoints whose order follows from where the caller is. Callers in the same place
 * share a layer; where nothing asks about places, all of these are empty.
 */
export class CallerLayers {
  readonly #id: string;
  readonly #held = new Map<string, Held>();
  /** By host. */
  readonly #encoders = new Map<string, readonly EncodeForCaller[]>();

  constructor(id: string) {
    this.#id = id;
  }

  get layers(): readonly MutableLayer[] {
    return Array.from(this.#held.values(), ({ layer }) => layer);
  }

  /** The layer of callers like this one; `close` gives it back. */
  open(caller: Caller): MutableLayer {
    const key = formatCaller(caller);
    const known = this.#held.get(key);
    if (known !== undefined) {
      known.users += 1;
      return known.layer;
    }
    const layer = new MutableLayer(`${this.#id}/from ${key}`);
    for (const [host, encoders] of this.#encoders) layer.replace(unitOf(host), encodeAll(encoders, caller));
    this.#held.set(key, { caller, layer, users: 1 });
    return layer;
  }

  close(caller: Caller): void {
    const key = formatCaller(caller);
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.users -= 1;
    if (held.users === 0) this.#held.delete(key);
  }

  /** Changes nothing; `install` does. */
  build(encoders: readonly EncodeForCaller[]): CallersPart {
    const built = Array.from(
      encoders.length === 0 ? [] : this.#held.values(),
      ({ layer, caller }) => [layer, encodeAll(encoders, caller)] as const,
    );
    return { encoders, built: new Map(built) };
  }

  install(host: string, { encoders, built }: CallersPart): LayerChange[] {
    if (encoders.length === 0 && !this.#encoders.has(host)) return [];
    if (encoders.length === 0) this.#encoders.delete(host);
    else this.#encoders.set(host, encoders);
    // Whoever came after they were built has his built now.
    return [...this.#held.values()].flatMap(({ layer, caller }) =>
      layer.replace(unitOf(host), built.get(layer) ?? encodeAll(encoders, caller)),
    );
  }
}

function encodeAll(encoders: readonly EncodeForCaller[], caller: Caller): readonly Built[] {
  return encoders.flatMap((encode) => encode(caller));
}

function unitOf(host: string): string {
  return `endpoints of ${host}`;
}
