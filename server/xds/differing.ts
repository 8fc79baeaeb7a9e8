import type { Layer } from "#core/xds/layer.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

type Named = readonly (readonly [type: XdsType, name: string])[];

/** Names that one layer has and another has not, or has otherwise. Asked once for each pair: many proxies move from one to the other. */
export class Differing {
  readonly #known = new Map<Layer, Map<Layer, Named>>();

  between(before: Layer | undefined, after: Layer | undefined): Named {
    if (before === after) return [];
    const [from, to] = [before ?? NOTHING, after ?? NOTHING];
    const ofBefore = this.#known.get(from) ?? new Map<Layer, Named>();
    this.#known.set(from, ofBefore);
    const found = ofBefore.get(to) ?? compare(from, to);
    ofBefore.set(to, found);
    return found;
  }
}

const NOTHING: Layer = { id: "", resources: new Map() };

function compare(before: Layer, after: Layer): Named {
  const types = new Set([...before.resources.keys(), ...after.resources.keys()]);
  return [...types].flatMap((type) => {
    const [had, has] = [before.resources.get(type), after.resources.get(type)];
    return [...new Set([...(had?.keys() ?? []), ...(has?.keys() ?? [])])]
      .filter((name) => had?.get(name)?.version !== has?.get(name)?.version)
      .map((name) => [type, name] as const);
  });
}
