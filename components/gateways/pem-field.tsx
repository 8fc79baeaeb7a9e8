"use client";
import { FileUp } from "lucide-react";
import { useId, useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface PemFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly isBad: boolean;
  readonly value: string;
  readonly onValueChange: (value: string) => void;
}

/** Text in PEM: pasted, or from a file. */
export function PemField({ label, hint, isBad, value, onValueChange }: PemFieldProps) {
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const read = async (chosen: File | undefined) => {
    if (chosen !== undefined) onValueChange(await chosen.text());
  };
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex items-center justify-between gap-2">
        <label htmlFor={id} className="font-medium text-ink text-xs">
          {label}
        </label>
        <Button size="sm" variant="ghost" aria-label={`${label}: choose a file`} onClick={() => file.current?.click()}>
          <FileUp aria-hidden /> Choose file
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          aria-hidden
          tabIndex={-1}
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </div>
      <textarea
        id={id}
        rows={2}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={isBad}
        aria-describedby={`${id}-hint`}
        value={value}
        onChange={(event) => onValueChange(event.currentTarget.value)}
        className={cx(CONTROL_CLASS, "h-auto resize-y py-1.5 font-mono text-xs", isBad && "border-bad")}
      />
      <p id={`${id}-hint`} className="text-subtle text-xs">
        {hint}
      </p>
    </div>
  );
}
