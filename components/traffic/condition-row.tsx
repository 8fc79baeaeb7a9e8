"use client";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { MatchOperator, TextMatch } from "#core/form/text-match.ts";

const OPERATORS = {
  exact: { value: "exact", label: "is" },
  prefix: { value: "prefix", label: "starts with" },
  regex: { value: "regex", label: "matches regex" },
  present: { value: "present", label: "is present" },
} as const satisfies Record<MatchOperator, { value: MatchOperator; label: string }>;

export interface ConditionRowProps {
  /** "Path", "Method", "Header end-user". */
  readonly name: string;
  /** In place of the name: the field of a header's name. */
  readonly nameField?: ReactNode;
  readonly match: TextMatch;
  readonly operators: readonly MatchOperator[];
  readonly placeholder: string;
  readonly problem: string | undefined;
  readonly onChange: (match: TextMatch) => void;
  readonly onRemove: () => void;
}

/** One condition: what, how it is compared, with what. */
export function ConditionRow({
  name,
  nameField,
  match,
  operators,
  placeholder,
  problem,
  onChange,
  onRemove,
}: ConditionRowProps) {
  return (
    <li className="py-1">
      <div className="flex flex-wrap items-center gap-2">
        <span className="w-40 shrink-0 text-sm">{nameField ?? <span className="text-ink">{name}</span>}</span>
        <Select
          className="w-36"
          label={`${name}: comparison`}
          value={match.operator}
          options={operators.map((operator) => OPERATORS[operator])}
          onValueChange={(operator) => onChange({ ...match, operator })}
        />
        {match.operator === "present" ? null : (
          <TextInput
            isCode
            className="w-auto min-w-40 flex-1"
            aria-label={`${name}: value`}
            placeholder={placeholder}
            spellCheck={false}
            value={match.value}
            onValueChange={(value) => onChange({ ...match, value })}
          />
        )}
        <IconButton
          size="sm"
          label={`Remove the condition on ${name.toLowerCase()}`}
          onClick={onRemove}
          className="ml-auto"
        >
          <X aria-hidden />
        </IconButton>
      </div>
      {problem === undefined ? null : <p className="mt-1 text-bad-text text-xs">{problem}</p>}
    </li>
  );
}
