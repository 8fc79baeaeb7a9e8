"use client";
import { useEffect, useState } from "react";
import { TextInput } from "#components/ui/text-input.tsx";

export interface CommitInputProps {
  readonly value: string;
  /** Called when one leaves the field or presses Enter, not while typing. */
  readonly onCommit: (value: string) => void;
  readonly label: string;
  readonly placeholder?: string;
  /** Takes the focus when it appears empty. */
  readonly isFresh?: boolean;
}

/** Text that names something: it must not change with every key, because other things hang on it. */
export function CommitInput({ value, onCommit, label, placeholder, isFresh = false }: CommitInputProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const commit = () => {
    const name = typed.trim();
    if (name !== value) onCommit(name);
  };
  return (
    <TextInput
      isCode
      aria-label={label}
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
  );
}
