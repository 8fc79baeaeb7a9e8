import { PharosError } from "#core/errors.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import type { Resource as Row } from "#server/db/gen/client.ts";

/** A resource as it stands now. */
export interface StoredResource {
  /** `VirtualService/default/reviews` */
  readonly ref: string;
  readonly resource: AnyResource;
  /** The document as its author wrote it, comments included. */
  readonly text: string;
  /** The revision that last wrote it: what an edit sends back as expectedVersion. */
  readonly resourceVersion: number;
  readonly author: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function parseRow(row: Row): StoredResource {
  const { ref, text, version, author } = row;
  const createdAt = row.createdAt.toISOString();
  const resource = parseBody(ref, row.body, createdAt);
  return { ref, resource, text, resourceVersion: version, author, createdAt, updatedAt: row.updatedAt.toISOString() };
}

/** The resource of a stored body, with the time it came to be: Istio's merge order needs it. */
export function parseBody(ref: string, body: string, createdAt: string): AnyResource {
  try {
    const resource = JSON.parse(body) as AnyResource;
    return { ...resource, metadata: { ...resource.metadata, creationTimestamp: createdAt } } as AnyResource;
  } catch (cause) {
    throw new PharosError("internal", `${ref} in the database cannot be read`, { cause });
  }
}
