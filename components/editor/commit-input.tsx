"use client";
import { useEffect, useState } from "react";
import { usePendingText } from "#components/ui/pending-texts.ts";
import { TextInput } from "#components/ui/text-input.tsx";

export interface CommitInputProps {
  readonly value: string;
  /** Called when one leaves the field or presses Enter, not while typing. */
  readonly onCommit: (value: string) => void;
  readonly label: string;
  readonly placeholder?: string;
  /** Takes the focus when it appears empty. */
  readonly isFresh?: boolean;
  /** Why a text cannot be taken; it then stays in the field. */
  readonly refuse?: (value: string) => string | undefined;
}

/** Text that names something: it must not change with every key, because other things hang on it. */
export function CommitInput({ value, onCommit, label, placeholder, isFresh = false, refuse }: CommitInputProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const name = typed.trim();
  const refusal = name === value ? undefined : refuse?.(name);
  const commit = (): boolean => {
    if (refusal !== undefined) return false;
    if (name !== value) onCommit(name);
    return true;
  };
  usePendingText(label, name === value ? null : name, commit);
  return (
    <>
      <TextInput
        isCode
        aria-label={label}
        aria-invalid={refusal === undefined ? undefined : true}
        placeholder={placeholder}
        spellCheck={false}
        autoFocus={isFresh && value === ""}
        value={typed}
        onValueChange={setTyped}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
        }}
      />
      {refusal === undefined ? null : <span className="block text-bad-text text-xs">{refusal}</span>}
    </>
  );
}
