import { byAge } from "#core/resource/by-age.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { Metadata } from "#core/resource/resource.ts";

/** What is for the workloads that it selects, for its namespace, or from the root namespace for the mesh. */
export interface ForWorkloads {
  readonly metadata: Metadata;
  readonly spec: {
    readonly selector?: { readonly matchLabels?: Labels };
    readonly workloadSelector?: { readonly labels?: Labels };
  };
}

/** Of each level the one that speaks for a workload. */
export interface Speaking<R> {
  own?: R;
  namespace?: R;
  mesh?: R;
}

/** The labels of the workloads that it is for; undefined: all of its namespace. */
export function selectedLabels({ spec: { selector, workloadSelector } }: ForWorkloads): Labels | undefined {
  const labels = selector?.matchLabels ?? workloadSelector?.labels ?? {};
  return Object.keys(labels).length === 0 ? undefined : labels;
}

/** On each level the oldest alone speaks, as in Istio; `resources` are in any order. In the root namespace its own level is the mesh's. */
export function findSpeaking<R extends ForWorkloads>(
  resources: readonly R[],
  { namespace, labels }: { readonly namespace: string; readonly labels: Labels },
  rootNamespace: string,
): Readonly<Speaking<R>> {
  const speaking: Speaking<R> = {};
  const claim = (level: keyof Speaking<R>, each: R): void => {
    const known = speaking[level];
    if (known === undefined || byAge(each, known) < 0) speaking[level] = each;
  };
  for (const each of resources) {
    const of = each.metadata.namespace;
    if (of !== namespace && of !== rootNamespace) continue;
    const selected = selectedLabels(each);
    if (selected !== undefined) {
      if (of === namespace && matchesLabels(labels, selected)) claim("own", each);
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
