"use client";
import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
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
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: Base UI renders the control inside
    <label className={cx("flex select-none items-center gap-2 text-sm", isDisabled && "opacity-60", className)}>
      <Base.Root
        checked={isChecked}
        onCheckedChange={onChange}
        disabled={isDisabled}
        data-testid={testId}
        className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-idle bg-surface text-on-accent data-checked:border-accent-fill data-checked:bg-accent-fill"
      >
        <Base.Indicator>
          <Check aria-hidden className="size-3" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      {label}
    </label>
  );
}
