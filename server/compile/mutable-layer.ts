import type { Layer, LayerChange, Origin, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { BuildFailure } from "#server/compile/build-failure.ts";

export type ResourceSet = ReadonlyMap<XdsType, ReadonlyMap<string, XdsResource>>;

/** What a unit gives. */
export interface Given {
  readonly type: XdsType;
  readonly resource: XdsResource;
  /** It is not there: its origins take it away. */
  readonly isRemoved?: true;
}

/**
 * A layer whose resources come in units (all that one host gives, all that a listener gives), replaced one at a time. A name
 * may go from one unit to another in either order: it is whose unit gave it last.
 */
export class MutableLayer implements Layer {
  readonly id: string;
  readonly absent?: NonNullable<Layer["absent"]>;
  readonly #resources = new Map<XdsType, Map<string, XdsResource>>();
  readonly #units = new Map<string, readonly { readonly type: XdsType; readonly name: string }[]>();
  /** Resources that one unit gave before another gave them up: they are not the other's to remove. */
  readonly #takenOver = new Map<string, string>();
  readonly #failures = new Map<string, BuildFailure>();
  /** By unit. */
  readonly #removers = new Map<string, readonly Origin[]>();

  constructor(id: string, absent?: Layer["absent"]) {
    this.id = id;
    if (absent !== undefined) this.absent = absent;
  }

  get resources(): ReadonlyMap<XdsType, ReadonlyMap<string, XdsResource>> {
    return this.#resources;
  }

  /** What takes resources away that would be here. */
  get removers(): readonly Origin[] {
    return [...this.#removers.values()].flat();
  }

  /** Units that could not be built when they were last tried. */
  get failures(): Iterable<BuildFailure> {
    return this.#failures.values();
  }

  /**
   * What `build` makes of a unit; undefined where it throws: then the unit stays as it was, and every other one goes on.
   * `build` has no effect besides, for it may be asked again, without some of the `suspects`, for the cause.
   */
  attempt<T>(unit: string, build: () => T, suspects: () => readonly string[]): T | undefined {
    try {
      const built = build();
      this.#failures.delete(unit);
      return built;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const failure: BuildFailure = {
        ...{ layerId: this.id, unit, message, retry: build, suspects },
        isStanding: () => this.#failures.get(unit) === failure,
      };
      this.#failures.set(unit, failure);
      return undefined;
    }
  }

  /** Builds a unit and puts it in place of what it gave before; where that fails it stays. */
  rebuild(unit: string, build: () => readonly Given[], suspects: () => readonly string[]): LayerChange[] {
    const built = this.attempt(unit, build, suspects);
    return built === undefined ? [] : this.replace(unit, built);
  }

  /** Puts `given` in the place of what the unit gave before; returns only what differs. */
  replace(unit: string, given: readonly Given[]): LayerChange[] {
    const built = this.#withoutRemoved(unit, given);
    const changes = new Map<XdsType, { upserted: XdsResource[]; removed: string[] }>();
    const changeOf = (type: XdsType) => {
      const known = changes.get(type) ?? { upserted: [], removed: [] };
      changes.set(type, known);
      return known;
    };
    const had = this.#units.get(unit) ?? [];
    const now = had.length === 0 ? NOTHING : new Set(built.map(({ type, resource }) => keyOf(type, resource.name)));
    for (const { type, name } of had) {
      const key = keyOf(type, name);
      if (now.has(key) || (this.#takenOver.get(key) ?? unit) !== unit) continue;
      this.#takenOver.delete(key);
      if (this.#resources.get(type)?.delete(name)) changeOf(type).removed.push(name);
    }
    for (const { type, resource } of built) {
      const all = this.#resources.get(type) ?? new Map<string, XdsResource>();
      this.#resources.set(type, all);
      const before = all.get(resource.name);
      const key = keyOf(type, resource.name);
      const isAnothers = before !== undefined && !had.some((each) => each.type === type && each.name === resource.name);
      // Also one that comes back to the unit that had it first.
      if (isAnothers || this.#takenOver.has(key)) this.#takenOver.set(key, unit);
      all.set(
        resource.name,
        before !== undefined && before.version === resource.version ? { ...resource, body: before.body } : resource,
      );
      if (before?.version !== resource.version) changeOf(type).upserted.push(resource);
    }
    if (built.length === 0) this.#units.delete(unit);
    else
      this.#units.set(
        unit,
        built.map(({ type, resource }) => ({ type, name: resource.name })),
      );
    return [...changes].map(([type, { upserted, removed }]) => ({ layer: this, type, upserted, removed }));
  }

  #withoutRemoved(unit: string, given: readonly Given[]): readonly Given[] {
    const removed = given.filter(({ isRemoved }) => isRemoved);
    if (removed.length === 0) {
      this.#removers.delete(unit);
      return given;
    }
    this.#removers.set(
      unit,
      removed.flatMap(({ resource }) => resource.origins),
    );
    return given.filter(({ isRemoved }) => !isRemoved);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function keyOf(type: XdsType, name: string): string {
  return `${type} ${name}`;
}
