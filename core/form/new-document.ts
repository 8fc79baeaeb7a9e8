import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { renderDocument } from "#core/resource/render-document.ts";

/** A document of the kind to begin with; what only the author can know is left empty for the checks to name. */
export function newDocument(kind: Kind, namespace: string, name: string, spec: object = KINDS[kind].template): string {
  const { group, only }: KindDefinition = KINDS[kind];
  const metadata = only === undefined ? { name, namespace } : { name: only.name, namespace: only.namespace };
  return renderDocument({ apiVersion: `${group}/${versionsOf(kind)[0]}`, kind, metadata, spec });
}
