import type { ServiceRow } from "#core/view/service.ts";

/** Where the traces of a service are: by its own spans, or where it has no proxy by those of whoever called it. */
export function tracesOfService({
  name,
  namespace,
  host,
  instances,
}: Pick<ServiceRow, "name" | "namespace" | "host" | "instances">): string {
  return instances > 0
    ? `/traces?service=${encodeURIComponent(`${name}.${namespace}`)}`
    : `/traces?callee=${encodeURIComponent(host)}`;
}
