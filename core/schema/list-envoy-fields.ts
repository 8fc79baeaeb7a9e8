import type { Handled } from "#core/schema/field.ts";
import { listFields } from "#core/schema/list-fields.ts";

/** What each handled field in a schema becomes in Envoy, by its path: what it says itself, or else what it is in. */
export function listEnvoyFields(schema: Handled): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [path, field] of listFields(schema)) {
    if (field.status !== "handled") continue;
    const said = field.envoy ?? found.get(around(path));
    if (said !== undefined) found.set(path, said);
  }
  return found;
}

/** `http[].match[].uri` → `http[].match[]` */
function around(path: string): string {
  return path.replace(/(?:\[\]|\{\}|\.[^.[\]{}]+)$/, "");
}
