import { type ForWorkloads, isSelected, type PolicyScope, selectionOf } from "#core/resolve/policy-scope.ts";
import { byAge } from "#core/resource/by-age.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Of each level the one that speaks for a workload. */
export interface Speaking<R> {
  own?: R;
  namespace?: R;
  mesh?: R;
}

/** On each level the oldest alone speaks, as in Istio; `resources` are in any order. In the root namespace its own level is the mesh's. */
export function findSpeaking<R extends ForWorkloads>(
  resources: readonly R[],
  { namespace, labels }: { readonly namespace: string; readonly labels: Labels },
  scope: PolicyScope,
): Readonly<Speaking<R>> {
  const speaking: Speaking<R> = {};
  const { rootNamespace } = scope;
  const claim = (level: keyof Speaking<R>, each: R): void => {
    const known = speaking[level];
    if (known === undefined || byAge(each, known) < 0) speaking[level] = each;
  };
  for (const each of resources) {
    const of = each.metadata.namespace;
    if (of !== namespace && of !== rootNamespace) continue;
    const selection = selectionOf(each, scope);
    if (selection !== "all") {
      if (of === namespace && isSelected(selection, labels)) claim("own", each);
      continue;
    }
    if (of === namespace) claim("namespace", each);
    if (of === rootNamespace) claim("mesh", each);
  }
  return speaking;
}

/** The same from the widest to the narrowest, each once. */
export function levelsOf<R>({ mesh, namespace, own }: Readonly<Speaking<R>>): readonly R[] {
  return [mesh, namespace === mesh ? undefined : namespace, own].flatMap((each) => each ?? []);
}
