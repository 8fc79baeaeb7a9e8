"use client";
import type { FormContext } from "#components/editor/form-context.ts";
import { describeTarget, formatLabels, type Labels, targetOptions } from "#components/security/target-options.ts";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { Catalog } from "#core/form/catalog.ts";
import { setSelector } from "#core/form/policy-edits.ts";
import { setText } from "#core/form/routing-edits.ts";

export interface TargetFieldProps {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Labels;
  readonly catalog: Catalog;
  readonly context: FormContext;
}

/** What a policy is put on, and while it is new what it is called. */
export function TargetField({ name, namespace, selector, catalog, context }: TargetFieldProps) {
  const value = formatLabels(selector);
  const known = targetOptions(catalog, namespace);
  const options = known.some((option) => option.value === value)
    ? known
    : [
        ...known,
        {
          value,
          label: describeTarget(catalog, namespace, selector),
          description: "as the YAML says",
          labels: selector,
        },
      ];
  const namespaces = [...new Set([namespace, ...catalog.namespaces])];
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="On" error={context.problemAt(["spec", "selector"])}>
        <Select
          value={value}
          options={options}
          onValueChange={(chosen) => {
            const option = options.find((each) => each.value === chosen);
            if (option !== undefined) context.edit(setSelector(option.labels));
          }}
        />
      </Field>
      {context.isNew ? (
        <>
          <Field label="Namespace" error={context.problemAt(["metadata", "namespace"])}>
            <Select
              value={namespace}
              options={namespaces.map((each) => ({ value: each, label: each }))}
              onValueChange={(next) => context.edit(setText(["metadata", "namespace"], next))}
            />
          </Field>
          <Field label="Name" error={context.problemAt(["metadata", "name"])}>
            <TextInput
              isCode
              spellCheck={false}
              value={name}
              onValueChange={(next) => context.edit(setText(["metadata", "name"], next))}
            />
          </Field>
        </>
      ) : null}
    </div>
  );
}
