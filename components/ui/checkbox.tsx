"use client";
import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import { type ReactNode, useId } from "react";
import { cx } from "#components/ui/cx.ts";

export interface CheckboxProps {
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly label: ReactNode;
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

export function Checkbox({ isChecked, onChange, label, isDisabled = false, className, testId }: CheckboxProps) {
  // Base UI finds the label around it only once it runs; the name is there from the server on.
  const labelId = useId();
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: Base UI renders the control inside
    <label className={cx("flex min-h-6 select-none items-center gap-2 text-sm", isDisabled && "opacity-60", className)}>
      <Base.Root
        checked={isChecked}
        onCheckedChange={onChange}
        disabled={isDisabled}
        data-testid={testId}
        aria-labelledby={labelId}
        className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-idle bg-surface text-on-accent data-checked:border-accent-fill data-checked:bg-accent-fill"
      >
        <Base.Indicator>
          <Check aria-hidden className="size-3" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <span id={labelId} className="contents">
        {label}
      </span>
    </label>
  );
}
