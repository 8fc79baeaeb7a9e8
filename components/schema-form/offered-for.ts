import type { FormScope } from "#components/schema-form/form-scope.ts";
import { compareNames } from "#core/compare-names.ts";
import { hostFor } from "#core/form/find-service.ts";
import type { Handled } from "#core/schema/field.ts";

/** Values that a field may take and that the schema or the mesh knows; empty where anything may be typed. */
export function offeredFor({ type, form }: Handled, { catalog, namespace }: FormScope): readonly string[] {
  if (type.kind === "enum") return type.values;
  if (form === "service") return catalog.services.map((service) => hostFor(service, namespace));
  if (form === "account") return accountsOf(catalog.workloads.map(({ principal }) => principal));
  if (type.kind !== "string") return [];
  if (type.format === "export-to") return ["*", ".", "~", ...catalog.namespaces];
  if (type.format === "sidecar-host") return ["./*", "*/*", ...catalog.namespaces.map((each) => `${each}/*`)];
  return [];
}

/** Of `spiffe://…/ns/shop/sa/reviews` the account. */
function accountsOf(principals: readonly string[]): readonly string[] {
  const named = principals.flatMap((principal) => /\/sa\/([^/]+)$/.exec(principal)?.[1] ?? []);
  return [...new Set(named)].sort(compareNames);
}
