import type { Catalog } from "#core/form/catalog.ts";
import { type CatalogService, findService, hostFor } from "#core/form/find-service.ts";
import type { DestinationForm, RoutingForm } from "#core/form/routing-form.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import { renderDocument } from "#core/resource/render-document.ts";

/** A DestinationRule there is. */
export interface ExistingRule {
  readonly ref: string;
  readonly text: string;
  readonly resourceVersion: number;
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  /** Length of its `subsets`. */
  readonly subsetCount: number;
}

/** A DestinationRule that goes along with a route, because the route names versions that are no subsets yet. */
export interface SubsetPlan {
  readonly ref: string;
  readonly isNew: boolean;
  readonly host: string;
  readonly subsets: readonly string[];
  readonly change: ConfigChange & { readonly op: "upsert" };
}

/** One plan per service whose instances have a version that the routing names and no DestinationRule defines. */
export function planSubsets(form: RoutingForm, catalog: Catalog, existing: readonly ExistingRule[]): SubsetPlan[] {
  const missing = new Map<CatalogService, Set<string>>();
  const named: Pick<DestinationForm, "host" | "subset">[] = form.rules.flatMap(({ destinations, mirror }) => [
    ...destinations,
    ...(mirror === null ? [] : [mirror]),
  ]);
  for (const { host, subset } of named) {
    const service = findService(catalog, host, form.namespace);
    if (service === undefined || subset === "") continue;
    if (service.subsets.includes(subset) || !service.versions.includes(subset)) continue;
    missing.set(service, (missing.get(service) ?? new Set()).add(subset));
  }
  return [...missing].map(([service, subsets]) => planOne(service, [...subsets].sort(), form, catalog, existing));
}

function planOne(
  service: CatalogService,
  subsets: readonly string[],
  form: RoutingForm,
  catalog: Catalog,
  existing: readonly ExistingRule[],
): SubsetPlan {
  const values = subsets.map((name) => ({ name, labels: { version: name } }));
  const found = existing.find(
    (rule) => findService(catalog, rule.host, rule.namespace)?.host === service.host && isSeenFrom(rule, form, service),
  );
  if (found !== undefined) {
    const edits = values.map((value, index) => ({
      op: "insert" as const,
      path: ["spec", "subsets", found.subsetCount + index],
      value,
    }));
    return {
      ref: found.ref,
      isNew: false,
      host: service.host,
      subsets,
      change: { op: "upsert", text: editDocument(found.text, edits), expectedVersion: found.resourceVersion },
    };
  }
  const taken = existing.some((rule) => rule.namespace === form.namespace && rule.name === service.name);
  const name = taken ? `${service.name}-subsets` : service.name;
  const text = renderDocument({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name, namespace: form.namespace },
    spec: { host: hostFor(service, form.namespace), subsets: values },
  });
  // Version 0: there must be none yet, else someone made it in the meantime.
  return {
    ref: `DestinationRule/${form.namespace}/${name}`,
    isNew: true,
    host: service.host,
    subsets,
    change: { op: "upsert", text, expectedVersion: 0 },
  };
}

/** Callers look in their own namespace first, then in the service's. */
function isSeenFrom(rule: ExistingRule, form: RoutingForm, service: CatalogService): boolean {
  return rule.namespace === form.namespace || rule.namespace === service.namespace;
}
