import { joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";

type Selecting = Written<{ readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }>;

/** Whom a security policy is for, in words. */
export function describePolicyTarget({ metadata, spec }: Selecting, rootNamespace: string): string {
  const labels = writeLabels(spec.selector?.matchLabels);
  if (labels.length > 0) return `workloads with ${joinWords(labels, "and")}`;
  return metadata.namespace === rootNamespace
    ? "every workload of the mesh"
    : `every workload in ${metadata.namespace}`;
}
