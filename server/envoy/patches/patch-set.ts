import { clone, type MessageShape } from "@bufbuild/protobuf";
import type { Patch, PatchContext, PatchTarget } from "#core/resolve/envoy-patches.ts";
import type { Origin } from "#core/xds/layer.ts";
import { PATCH_SCHEMAS } from "#server/envoy/patches/decode-value.ts";
import { type Decoded, inlineConfigurations } from "#server/envoy/patches/inline-configurations.ts";

type ValueOf<T extends PatchTarget> = MessageShape<(typeof PATCH_SCHEMAS)[T]>;

/** A patch that can be made. */
export interface ReadyPatch<T extends PatchTarget = PatchTarget> {
  readonly patch: Patch;
  /** Another that its value is of. */
  readonly uses: Patch | undefined;
  /** Its value, new each time; an empty one where it has none. */
  make(): ValueOf<T>;
}

/** What is made of the resources of one side of a proxy, in its order. Who makes one says so with `note`. */
export class PatchSet {
  readonly #context: PatchContext;
  readonly #ready: readonly Decoded[];
  readonly #byTarget: ReadonlyMap<PatchTarget, readonly ReadyPatch[]>;
  readonly #made = new Set<Patch>();

  constructor(context: PatchContext, ready: readonly Decoded[]) {
    this.#context = context;
    this.#ready = ready;
    this.#byTarget = Map.groupBy(
      inlineConfigurations(ready.filter(({ patch }) => patch.context === "ANY" || patch.context === context)).map(
        ({ patch, message, uses }) => ({
          patch,
          uses,
          make: () => clone(PATCH_SCHEMAS[patch.target], message as never) as ValueOf<PatchTarget>,
        }),
      ),
      ({ patch }) => patch.target,
    );
  }

  get isEmpty(): boolean {
    return this.#byTarget.size === 0;
  }

  of<T extends PatchTarget>(target: T): readonly ReadyPatch<T>[] {
    return (this.#byTarget.get(target) ?? []) as readonly ReadyPatch<T>[];
  }

  /** Whether any is for one of these. */
  has(...targets: readonly PatchTarget[]): boolean {
    return targets.some((target) => this.#byTarget.has(target));
  }

  note({ patch, uses }: ReadyPatch): void {
    this.#made.add(patch);
    if (uses !== undefined) this.#made.add(uses);
  }

  /** Those that were made since it was asked last. */
  takeMade(): readonly Patch[] {
    if (this.#made.size === 0) return NONE;
    const made = [...this.#made];
    this.#made.clear();
    return made;
  }

  /** All but these. */
  without(left: readonly Pick<Patch, "resource" | "path">[]): PatchSet {
    return new PatchSet(
      this.#context,
      this.#ready.filter(({ patch }) => !left.includes(patch)),
    );
  }
}

const NONE: readonly Patch[] = [];

/** What a patch adds. */
export interface Added<M> {
  readonly message: M;
  readonly origin: Origin;
}

export function isMerge({ patch: { operation } }: ReadyPatch): boolean {
  return operation === "MERGE" || operation === "MERGE_AND_REPLACE_LIST";
}

export function listMerge({ patch: { operation } }: ReadyPatch): "append" | "replace" {
  return operation === "MERGE_AND_REPLACE_LIST" ? "replace" : "append";
}
