import type { Layer, LayerChange, XdsResource } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

export type ResourceSet = ReadonlyMap<XdsType, ReadonlyMap<string, XdsResource>>;

/** A layer whose resources come in units (all that one host gives, all that a listener gives), replaced one at a time. */
export class MutableLayer implements Layer {
  readonly id: string;
  readonly absent?: NonNullable<Layer["absent"]>;
  readonly #resources = new Map<XdsType, Map<string, XdsResource>>();
  readonly #units = new Map<string, readonly { readonly type: XdsType; readonly name: string }[]>();

  constructor(id: string, absent?: Layer["absent"]) {
    this.id = id;
    if (absent !== undefined) this.absent = absent;
  }

  get resources(): ReadonlyMap<XdsType, ReadonlyMap<string, XdsResource>> {
    return this.#resources;
  }

  /** Puts `built` in the place of what the unit gave before; returns only what differs. */
  replace(unit: string, built: readonly { readonly type: XdsType; readonly resource: XdsResource }[]): LayerChange[] {
    const changes = new Map<XdsType, { upserted: XdsResource[]; removed: string[] }>();
    const changeOf = (type: XdsType) => {
      const known = changes.get(type) ?? { upserted: [], removed: [] };
      changes.set(type, known);
      return known;
    };
    const now = new Set(built.map(({ type, resource }) => `${type} ${resource.name}`));
    for (const { type, name } of this.#units.get(unit) ?? []) {
      if (now.has(`${type} ${name}`)) continue;
      if (this.#resources.get(type)?.delete(name)) changeOf(type).removed.push(name);
    }
    for (const { type, resource } of built) {
      const all = this.#resources.get(type) ?? new Map<string, XdsResource>();
      this.#resources.set(type, all);
      const before = all.get(resource.name);
      all.set(
        resource.name,
        before !== undefined && before.version === resource.version
          ? { ...before, origins: resource.origins }
          : resource,
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

  units(): IterableIterator<string> {
    return this.#units.keys();
  }
}
