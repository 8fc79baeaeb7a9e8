import type { Kind } from "#core/kinds/kinds.ts";
import type { ResourceSummary } from "#core/view/config.ts";

/** What is edited most comes first: routing, then what it rests on. Other kinds are left out. */
export function orderByKind(resources: readonly ResourceSummary[], kinds: readonly Kind[]): ResourceSummary[] {
  return kinds.flatMap((kind) => resources.filter((resource) => resource.kind === kind));
}

export interface ResourceFilter {
  /** Words that must all occur in kind, name, namespace, hosts or author. */
  readonly query: string;
  readonly kind: Kind | null;
  readonly namespace: string | null;
  readonly onlyProblems: boolean;
}

export function filterResources(resources: readonly ResourceSummary[], filter: ResourceFilter): ResourceSummary[] {
  const words = filter.query.toLowerCase().split(/\s+/).filter(Boolean);
  return resources.filter((resource) => {
    if (filter.kind !== null && resource.kind !== filter.kind) return false;
    if (filter.namespace !== null && resource.namespace !== filter.namespace) return false;
    if (filter.onlyProblems && !resource.diagnostics.some(({ severity }) => severity !== "info")) return false;
    const text = `${resource.kind} ${resource.name} ${resource.namespace} ${resource.hosts.join(" ")} ${resource.author}`;
    return words.every((word) => text.toLowerCase().includes(word));
  });
}
