import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import { renderDocument } from "#core/resource/render-document.ts";

/** A document of the kind to begin with; what only the author can know is left empty for the checks to name. */
export function newDocument(kind: Kind, namespace: string, name: string, spec: object = KINDS[kind].template): string {
  return renderDocument({ apiVersion: `${KINDS[kind].group}/v1`, kind, metadata: { name, namespace }, spec });
}
