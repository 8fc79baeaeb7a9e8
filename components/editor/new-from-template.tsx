"use client";
import { useState } from "react";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { newDocument } from "#core/form/new-document.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/** A new resource of a kind that has no form yet: YAML, begun from its template. */
export function NewFromTemplate({ kind, namespace }: { readonly kind: Kind; readonly namespace: string }) {
  const section = AREA_SECTION[KINDS[kind].area];
  const [initial] = useState({ ref: null, text: newDocument(kind, namespace, "new"), resourceVersion: null });
  return (
    <EditorPage section={section} title={`New ${kind}`}>
      <ResourceEditor label={`new ${kind}`} initial={initial} backHref={section.href} />
    </EditorPage>
  );
}
