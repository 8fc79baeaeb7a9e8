import { Document } from "yaml";
import { describeEffect } from "#core/kinds/describe-effect.ts";
import { readDocument } from "#core/resource/read-document.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

/** What a document does, in the line that lists have for it; empty while it has errors, and for kinds that take more to tell. */
export function describeDraft(value: unknown): string {
  const document = new Document(value);
  const { resource } = readDocument(document, document.contents as never, "default");
  return resource === undefined ? "" : describeEffect(resource, ROOT_NAMESPACE);
}
