"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { EditorPage } from "#components/editor/editor-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { KindEditor } from "#components/kinds/kind-editor.tsx";
import { PresetChoice } from "#components/kinds/preset-choice.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import { newDocument } from "#core/form/new-document.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/** A new resource of any kind, begun from its template or one of its presets. */
export function NewResourcePage({ kind, namespace }: { readonly kind: Kind; readonly namespace: string }) {
  const catalog = useQuery(useTRPC().services.names.queryOptions());
  const { presets = {} }: KindDefinition = KINDS[kind];
  const search = useSearchState();
  const chosen = search.get("preset") ?? "";
  const text = newDocument(kind, namespace, "new", presets[chosen]?.template);
  return (
    <EditorPage section={AREA_SECTION[KINDS[kind].area]} title={`New ${kind}`}>
      <PresetChoice presets={presets} chosen={chosen} onChoose={(preset) => search.set({ preset })} />
      <QueryView query={catalog} what="the names of services" skeleton={<SkeletonRows />}>
        {(names) => (
          <KindEditor
            key={chosen}
            kind={kind}
            label={`new ${kind}`}
            initial={{ ref: null, text, resourceVersion: null }}
            catalog={names}
          />
        )}
      </QueryView>
    </EditorPage>
  );
}
