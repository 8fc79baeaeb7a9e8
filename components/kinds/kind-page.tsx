"use client";
import { ResourcePage } from "#components/editor/resource-page.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { KindEditor } from "#components/kinds/kind-editor.tsx";
import { LimitUse } from "#components/limits/limit-use.tsx";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/** One resource of any kind, to read and to edit. */
export function KindPage({ reference, kind }: { readonly reference: string; readonly kind: Kind }) {
  const { area } = KINDS[kind];
  return (
    <ResourcePage
      reference={reference}
      section={AREA_SECTION[area]}
      drawEditor={(input) => (
        <>
          {area === "limits" ? <LimitUse reference={reference} /> : null}
          <KindEditor kind={kind} {...input} />
        </>
      )}
    />
  );
}
