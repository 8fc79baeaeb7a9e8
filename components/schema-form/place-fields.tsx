"use client";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { recordOf, textOf } from "#core/form/read-loosely.ts";
import { setText } from "#core/form/routing-edits.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

/** What a new resource is called, and in which namespace it is. */
export function PlaceFields() {
  const { value, catalog, namespace, edit, problemAt } = useFormScope();
  const namespaces = [...new Set([namespace, ...catalog.namespaces, ROOT_NAMESPACE])];
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Name" error={problemAt(["metadata", "name"])}>
        <TextInput
          isCode
          spellCheck={false}
          value={textOf(recordOf(recordOf(value).metadata).name)}
          onValueChange={(name) => edit(setText(["metadata", "name"], name))}
        />
      </Field>
      <Field label="Namespace" error={problemAt(["metadata", "namespace"])}>
        <Select
          value={namespace}
          options={namespaces.map((each) => ({ value: each, label: each }))}
          onValueChange={(next) => edit(setText(["metadata", "namespace"], next))}
        />
      </Field>
    </div>
  );
}
