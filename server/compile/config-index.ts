import type { MeshSettings } from "#core/registry/snapshot.ts";
import { byAge } from "#core/resource/by-age.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { addTo, removeFrom } from "#server/compile/multimap.ts";
import { INDEX_NAMES, type IndexName, type Place, placesOf } from "#server/compile/places-of.ts";

/** The resources as they stand, by each place where one is looked for. */
export class ConfigIndex {
  readonly #mesh: MeshSettings;
  readonly #resources = new Map<string, AnyResource>();
  readonly #indices: Readonly<Record<IndexName, Map<string, Set<string>>>>;

  constructor(mesh: MeshSettings) {
    this.#mesh = mesh;
    this.#indices = Object.fromEntries(INDEX_NAMES.map((name) => [name, new Map()])) as Record<
      IndexName,
      Map<string, Set<string>>
    >;
  }

  get(ref: string): AnyResource | undefined {
    return this.#resources.get(ref);
  }

  has(index: IndexName, key: string): boolean {
    return this.#indices[index].has(key);
  }

  keys(index: IndexName): Iterable<string> {
    return this.#indices[index].keys();
  }

  refs(index: IndexName, key: string): ReadonlySet<string> {
    return this.#indices[index].get(key) ?? NONE;
  }

  map(index: IndexName): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#indices[index];
  }

  /** The oldest first. */
  list(refs: Iterable<string>): readonly AnyResource[] {
    const found: AnyResource[] = [];
    for (const ref of refs) {
      const resource = this.#resources.get(ref);
      if (resource !== undefined) found.push(resource);
    }
    return found.length > 1 ? found.sort(byAge) : found;
  }

  /** Takes in a resource that is not there; returns where it stands now. */
  add(resource: AnyResource): readonly Place[] {
    const ref = formatRef(refOf(resource));
    this.#resources.set(ref, resource);
    const places = placesOf(resource, this.#mesh);
    for (const { index, key } of places) addTo(this.#indices[index], key, ref);
    return places;
  }

  /** Takes a resource out; returns where it stood. */
  remove(resource: AnyResource): readonly Place[] {
    const ref = formatRef(refOf(resource));
    this.#resources.delete(ref);
    const places = placesOf(resource, this.#mesh);
    for (const { index, key } of places) removeFrom(this.#indices[index], key, ref);
    return places;
  }
}

const NONE: ReadonlySet<string> = new Set();
