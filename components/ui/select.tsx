"use client";
import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { CONTROL_CLASS, POPUP_CLASS, POPUP_ITEM_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface SelectOption<V extends string> {
  readonly value: V;
  readonly label: string;
  /** A second line. */
  readonly description?: string;
}

export interface SelectProps<V extends string> {
  readonly value: V | null;
  readonly onValueChange: (value: V) => void;
  readonly options: readonly SelectOption<V>[];
  readonly placeholder?: string;
  /** The accessible name where no Field names it. */
  readonly label?: string;
  /** Before the value: an icon. */
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

/** One of a closed list. For long lists use Combobox. */
export function Select<V extends string>({
  value,
  onValueChange,
  options,
  placeholder,
  label,
  icon,
  isDisabled = false,
  className,
  testId,
}: SelectProps<V>) {
  return (
    <Base.Root
      items={options as SelectOption<V>[]}
      value={value}
      disabled={isDisabled}
      onValueChange={(next) => {
        if (next !== null) onValueChange(next as V);
      }}
    >
      <Base.Trigger
        aria-label={label}
        data-testid={testId}
        className={cx(CONTROL_CLASS, "flex select-none items-center gap-2 pr-2 text-left", className)}
      >
        {icon}
        <Base.Value
          className="min-w-0 flex-1 truncate data-placeholder:text-subtle"
          placeholder={placeholder ?? "Choose"}
        />
        <Base.Icon>
          <ChevronsUpDown aria-hidden className="size-3.5 text-subtle" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className={cx(POPUP_CLASS, "max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto")}>
            <Base.List>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={POPUP_ITEM_CLASS}>
                  <span className="min-w-0 flex-1">
                    <Base.ItemText className="block truncate">{option.label}</Base.ItemText>
                    {option.description === undefined ? null : (
                      <span className="block text-subtle text-xs">{option.description}</span>
                    )}
                  </span>
                  <Base.ItemIndicator>
                    <Check aria-hidden className="size-3.5 text-accent" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
