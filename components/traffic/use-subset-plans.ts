"use client";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { Companion } from "#components/editor/form-context.ts";
import { countSubsets } from "#components/editor/resource-ref.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { openDocument } from "#core/form/open-document.ts";
import { type ExistingRule, planSubsets } from "#core/form/plan-subsets.ts";
import { readRoutingForm } from "#core/form/routing-form.ts";
import { joinWords } from "#core/kinds/join-words.ts";

/** Gives what must go along with a routing: the DestinationRules whose subsets it names and that are not there yet. */
export function useSubsetPlans(catalog: Catalog): (value: unknown) => readonly Companion[] {
  const trpc = useTRPC();
  const list = useQuery(trpc.config.list.queryOptions({ kinds: ["DestinationRule"] }));
  // Only rules of services that have versions to name can be in need of a subset.
  const refs = (list.data ?? [])
    .filter(({ hosts, namespace }) =>
      hosts.some((host) => {
        const service = findService(catalog, host, namespace);
        return service?.versions.some((version) => !service.subsets.includes(version)) ?? false;
      }),
    )
    .map(({ ref }) => ref);
  const existing = useQueries({
    queries: refs.map((ref) => trpc.config.get.queryOptions({ ref })),
    combine: (results) =>
      results.flatMap(({ data }): ExistingRule[] => {
        if (data === undefined) return [];
        const document = openDocument(data.text);
        const value = document.kind === "open" ? document.value : null;
        return [{ ...data, host: data.hosts[0] ?? "", subsetCount: countSubsets(value) }];
      }),
  });
  const isReady = list.data !== undefined && existing.length === refs.length;
  return useCallback(
    (value: unknown) =>
      isReady
        ? planSubsets(readRoutingForm(value), catalog, existing).map(({ ref, isNew, subsets, change }) => ({
            ref,
            isNew,
            what: `${isNew ? "Defines" : "Adds"} the ${subsets.length === 1 ? "subset" : "subsets"} ${joinWords(subsets, "and")}, which the routing names.`,
            text: change.text,
            expectedVersion: change.expectedVersion ?? 0,
          }))
        : [],
    [catalog, existing, isReady],
  );
}
