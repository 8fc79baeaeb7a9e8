"use client";
import type { EditorInput } from "#components/editor/editor-input.ts";
import { ResourceEditor } from "#components/editor/resource-editor.tsx";
import { LocalityFields } from "#components/traffic/locality-fields.tsx";
import { readLocalityForm, summarizeLocality } from "#core/form/locality-form.ts";

/** The editor of a DestinationRule by where callers and instances are. */
export function LocalityEditor({ label, initial, catalog }: EditorInput) {
  return (
    <ResourceEditor
      label={label}
      initial={initial}
      backHref="/traffic"
      renderForm={(context) => <LocalityFields context={context} catalog={catalog} />}
      suggestReason={(_, after) => summarizeLocality(readLocalityForm(after))}
    />
  );
}
