"use client";
import { Slider as Base } from "@base-ui/react/slider";
import { cx } from "#components/ui/cx.ts";

export interface SliderProps {
  readonly value: number;
  readonly onValueChange: (value: number) => void;
  /** The accessible name. */
  readonly label: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly isDisabled?: boolean;
  /** A CSS value for the filled part, where the number stands for something that has a colour. */
  readonly colour?: string;
  readonly className?: string;
  readonly testId?: string;
}

/** A number on a line, by pointer or arrow keys. */
export function Slider({
  value,
  onValueChange,
  label,
  min = 0,
  max = 100,
  step = 1,
  isDisabled = false,
  colour,
  className,
  testId,
}: SliderProps) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onValueChange(Array.isArray(next) ? (next[0] ?? min) : (next as number))}
      min={min}
      max={max}
      step={step}
      disabled={isDisabled}
      className={cx("w-full", className)}
    >
      <Base.Control
        data-testid={testId}
        className="flex h-8 w-full touch-none select-none items-center data-disabled:opacity-50"
      >
        <Base.Track className="h-1.5 w-full rounded-full bg-active">
          <Base.Indicator className="rounded-full bg-accent-fill" style={{ background: colour }} />
          <Base.Thumb
            aria-label={label}
            style={{ borderColor: colour }}
            className="size-4 rounded-full border-2 border-accent-fill bg-surface shadow-sm transition-transform has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent has-[:focus-visible]:outline-offset-2 data-dragging:scale-110"
          />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
