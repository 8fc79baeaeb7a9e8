"use client";
import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";
import { cx } from "#components/ui/cx.ts";

export interface SwitchProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly label: ReactNode;
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

/** On or off, with its label beside it. */
export function Switch({ isOn, onChange, label, isDisabled = false, className, testId }: SwitchProps) {
  // Base UI finds the label around it only once it runs; the name is there from the server on.
  const labelId = useId();
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: Base UI renders the control inside
    <label className={cx("flex select-none items-center gap-2 text-sm", isDisabled && "opacity-60", className)}>
      <Base.Root
        checked={isOn}
        onCheckedChange={onChange}
        disabled={isDisabled}
        data-testid={testId}
        aria-labelledby={labelId}
        className="flex h-4.5 w-8 shrink-0 rounded-full bg-line-strong p-0.5 transition-colors data-checked:bg-accent-fill"
      >
        <Base.Thumb className="size-3.5 rounded-full bg-on-accent shadow-sm transition-transform data-checked:translate-x-3.5" />
      </Base.Root>
      <span id={labelId} className="contents">
        {label}
      </span>
    </label>
  );
}
