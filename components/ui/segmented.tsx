"use client";
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

export interface SegmentedOption<V extends string> {
  readonly value: V;
  readonly label: ReactNode;
  /** For options that show only an icon. */
  readonly name?: string;
}

const GROUP =
  "inline-flex h-8 max-w-full shrink-0 items-center gap-0.5 overflow-x-auto rounded-md border border-line bg-sunken p-0.5";
const ITEM =
  "inline-flex h-full shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-sm px-2.5 font-medium text-xs text-muted transition-colors hover:text-ink data-pressed:bg-pressed data-pressed:text-ink data-pressed:shadow-[0_1px_2px_rgb(0_0_0/0.12),0_0_0_1px_var(--line)] [&_svg]:size-3.5";

/** One of a few, all visible. */
export function Segmented<V extends string>({
  label,
  value,
  onValueChange,
  options,
  className,
  testId,
}: {
  readonly label: string;
  readonly value: V;
  readonly onValueChange: (value: V) => void;
  readonly options: readonly SegmentedOption<V>[];
  readonly className?: string;
  readonly testId?: string;
}) {
  return (
    <ToggleGroup
      aria-label={label}
      data-testid={testId}
      className={cx(GROUP, className)}
      value={[value]}
      onValueChange={(next) => next[0] !== undefined && onValueChange(next[0] as V)}
    >
      {options.map((option) => (
        <Toggle key={option.value} value={option.value} aria-label={option.name} className={ITEM}>
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
