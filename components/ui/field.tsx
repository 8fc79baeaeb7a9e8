"use client";
import { Field as Base } from "@base-ui/react/field";
import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

export interface FieldProps {
  readonly label: ReactNode;
  /** Under the control: what to put there. */
  readonly hint?: ReactNode;
  /** What is wrong with the value; replaces the hint. */
  readonly error?: ReactNode;
  readonly isLabelHidden?: boolean;
  readonly className?: string;
  /** One control of this design system: TextInput, Select, NumberInput, Combobox, … */
  readonly children: ReactNode;
}

/** Names a control, explains it, and tells what is wrong with it, for eyes and screen readers alike. */
export function Field({ label, hint, error, isLabelHidden = false, className, children }: FieldProps) {
  const hasError = error !== undefined && error !== null && error !== "";
  return (
    <Base.Root invalid={hasError} className={cx("flex min-w-0 flex-col gap-1.5", className)}>
      <Base.Label className={isLabelHidden ? "sr-only" : "font-medium text-ink text-xs"}>{label}</Base.Label>
      {children}
      {hasError ? (
        <Base.Error match className="text-bad-text text-xs">
          {error}
        </Base.Error>
      ) : hint === undefined ? null : (
        <Base.Description className="text-subtle text-xs">{hint}</Base.Description>
      )}
    </Base.Root>
  );
}
