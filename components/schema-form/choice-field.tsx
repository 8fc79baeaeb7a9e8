"use client";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Member } from "#core/form/lay-out-object.ts";
import { nameField } from "#core/form/name-field.ts";

export interface ChoiceFieldProps {
  readonly members: readonly Member[];
  readonly chosen: string | undefined;
  readonly onChoose: (member: Member) => void;
}

/** Which of several an object has: it has just one. */
export function ChoiceField({ members, chosen, onChoose }: ChoiceFieldProps) {
  return (
    <Field label="By" className="max-w-md">
      <Select
        value={chosen ?? null}
        options={members.map(({ name, field: { doc } }) => ({
          value: name,
          label: nameField(name),
          ...(doc === undefined ? {} : { description: doc }),
        }))}
        onValueChange={(name) => {
          const member = members.find((each) => each.name === name);
          if (member !== undefined && name !== chosen) onChoose(member);
        }}
      />
    </Field>
  );
}
