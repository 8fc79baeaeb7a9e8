"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { KindEditor } from "#components/kinds/kind-editor.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { newDocument } from "#core/form/new-document.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/** A new resource of any kind, begun from its template. */
export function NewResourcePage({ kind, namespace }: { readonly kind: Kind; readonly namespace: string }) {
  const catalog = useQuery(useTRPC().services.names.queryOptions());
  const [initial] = useState({ ref: null, text: newDocument(kind, namespace, "new"), resourceVersion: null });
  return (
    <EditorPage section={AREA_SECTION[KINDS[kind].area]} title={`New ${kind}`}>
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) => <KindEditor kind={kind} label={`new ${kind}`} initial={initial} catalog={names} />}
      </QueryView>
    </EditorPage>
  );
}
