"use client";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { AREA_SECTION } from "#components/format/area-section.ts";
import { EffectCard } from "#components/schema-form/effect-card.tsx";
import { SchemaForm } from "#components/schema-form/schema-form.tsx";
import { summarizeEdit } from "#core/form/summarize-edit.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";

/** The editor of a kind that has no form of its own: the form is made from its schema. */
export function SchemaEditor({ kind, label, initial, catalog }: EditorInput & { readonly kind: Kind }) {
  return (
    <ResourceEditor
      label={label}
      initial={initial}
      backHref={AREA_SECTION[KINDS[kind].area].href}
      renderForm={(context) => <SchemaForm kind={kind} context={context} catalog={catalog} />}
      renderAside={(context) => <EffectCard context={context} />}
      suggestReason={summarizeEdit}
    />
  );
}
