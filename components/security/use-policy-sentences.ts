"use client";
import { useQueries } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { POLICIES_MAX } from "#components/security/policies-max.ts";
import { describeTarget } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { explainPolicy } from "#core/form/explain-policy.ts";
import { openDocument } from "#core/form/open-document.ts";
import { type PolicyAction, readPolicyForm } from "#core/form/policy-form.ts";

export interface PolicyInWords {
  readonly action: PolicyAction;
  readonly target: string;
  readonly sentence: string;
}

/** Each policy's effect in words, by its ref, as the documents come. */
export function usePolicySentences(
  refs: readonly string[],
  catalog: Catalog | undefined,
): ReadonlyMap<string, PolicyInWords> {
  const trpc = useTRPC();
  return useQueries({
    queries: refs.slice(0, POLICIES_MAX).map((ref) => trpc.config.get.queryOptions({ ref })),
    combine: (results) =>
      new Map(
        results.flatMap(({ data }) => {
          const document = data === undefined ? null : openDocument(data.text);
          if (data === undefined || document?.kind !== "open" || catalog === undefined) return [];
          const form = readPolicyForm(document.value);
          const target = form.targets ?? describeTarget(catalog, form.namespace, form.selector);
          return [
            [data.ref, { action: form.action, target, sentence: explainPolicy(form, target).join(" ") }] as const,
          ];
        }),
      ),
  });
}
