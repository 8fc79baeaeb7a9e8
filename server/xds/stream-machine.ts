import type { SyncState } from "#core/view/mesh.ts";
import type { RefusedResource } from "#core/xds/judge-refusal.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { Response } from "#server/xds/response.ts";
import type { ServedLayer } from "#server/xds/served-layer.ts";
import type { Subscription } from "#server/xds/subscription.ts";

/** What the state machines tell whoever runs them. */
export type StreamEvent =
  | { readonly kind: "ack"; readonly type: XdsType }
  | {
      readonly kind: "nack";
      readonly type: XdsType;
      /** Whose fault it is for certain. None while that is still to be found out. */
      readonly refused: readonly RefusedResource[];
      /** It was offered again, and refused in the same words. */
      readonly isAgain?: true;
    }
  /** What was refused before was offered again, and taken. */
  | { readonly kind: "taken"; readonly type: XdsType; readonly names: readonly string[] }
  /** In the place of what it refused it took the same without some of what that is made from, which is at fault. */
  | { readonly kind: "placed"; readonly type: XdsType; readonly name: string; readonly without: readonly Origin[] }
  /** It asks for these by name, and none of its layers has them. */
  | { readonly kind: "missing"; readonly type: XdsType; readonly names: readonly string[] }
  | { readonly kind: "stale"; readonly type: XdsType; readonly nonce: string };

/** One client's side of ADS, without sockets: requests in, responses out. */
export interface StreamMachine {
  /** Reacts to a request; returns what to send, in order. Throws RangeError on a message that is not one. */
  receive(message: Buffer): { readonly responses: readonly Response[]; readonly events: readonly StreamEvent[] };
  /** Brings the client up to date with its layers as far as it has answered; returns what to send, in order. */
  flush(): readonly Response[];
  /** Whether anything stands refused for a cause that may pass. */
  readonly hasPassing: boolean;
  /** Of that, what there is to send now; nothing while the client has not answered, or is behind its layers. */
  offerAgain(): readonly Response[];
  /** Other layers take the place of the ones it had; `flush` sends what that changes. */
  moveTo(layers: readonly ServedLayer[]): void;
  /** Per layer, the version of which the client has answered everything it wants. */
  readonly answered: readonly number[];
  /** Per type it asked for: is all that it was sent answered, and does it hold what it should. */
  sync(): ReadonlyMap<XdsType, SyncState>;
  /** Per type, what is refused now; "" where a response without resources was. */
  standing(): ReadonlyMap<XdsType, readonly string[]>;
  /** Whether what changed in a layer since a version is anything this client wants. */
  isConcerned(layerIndex: number, fromVersion: number): boolean;
  /** Whether the client has asked for a resource, by its name or with all of its type. */
  wants(type: XdsType, name: string): boolean;
  /** What it has asked for of a type; undefined: nothing yet. */
  subscription(type: XdsType): Subscription | undefined;
}
