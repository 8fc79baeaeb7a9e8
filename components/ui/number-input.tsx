"use client";
import { NumberField } from "@base-ui/react/number-field";
import { Minus, Plus } from "lucide-react";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface NumberInputProps {
  readonly value: number | null;
  readonly onValueChange: (value: number | null) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly label?: string;
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

const PLAIN: Intl.NumberFormatOptions = { useGrouping: false };
const STEP_CLASS =
  "flex h-full w-7 items-center justify-center text-subtle hover:bg-hover hover:text-ink disabled:opacity-40 [&_svg]:size-3.5";

/** A number, by typing, arrow keys or the two buttons. */
export function NumberInput({
  value,
  onValueChange,
  min,
  max,
  step = 1,
  label,
  placeholder,
  isDisabled = false,
  className,
  testId,
}: NumberInputProps) {
  return (
    <NumberField.Root
      value={value}
      onValueChange={onValueChange}
      min={min}
      max={max}
      step={step}
      // As documents write it: no port is 9,080.
      format={PLAIN}
      disabled={isDisabled}
      className={className}
    >
      <NumberField.Group
        className={cx(CONTROL_CLASS, "flex items-center overflow-hidden p-0 focus-within:border-accent")}
      >
        <NumberField.Input
          aria-label={label}
          data-testid={testId}
          placeholder={placeholder}
          className="tabular h-full min-w-0 flex-1 bg-transparent px-2.5 outline-none placeholder:text-subtle"
        />
        <NumberField.Decrement aria-label="Less" className={cx(STEP_CLASS, "border-l")}>
          <Minus aria-hidden />
        </NumberField.Decrement>
        <NumberField.Increment aria-label="More" className={cx(STEP_CLASS, "border-l")}>
          <Plus aria-hidden />
        </NumberField.Increment>
      </NumberField.Group>
    </NumberField.Root>
  );
}
