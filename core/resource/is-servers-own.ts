import type { ResourceRef } from "#core/resource/resource.ts";

/** What the server itself adds to what people wrote: a colon is in no name that a person could give. */
export function isServersOwn({ name }: Pick<ResourceRef, "name">): boolean {
  return name.startsWith("pharos:");
}
