"use client";
import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown } from "lucide-react";
import { CONTROL_CLASS, POPUP_CLASS, POPUP_ITEM_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface ComboboxProps {
  readonly value: string;
  /** Called as one types too when `isFree`. */
  readonly onValueChange: (value: string) => void;
  readonly options: readonly string[];
  readonly placeholder?: string;
  readonly label?: string;
  /** Takes values that are not in the list. */
  readonly isFree?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

/** One of many names, found by typing. */
export function Combobox({
  value,
  onValueChange,
  options,
  placeholder,
  label,
  isFree = false,
  className,
  testId,
}: ComboboxProps) {
  return (
    <Base.Root
      items={options as string[]}
      value={value === "" ? null : value}
      {...(isFree ? { inputValue: value, onInputValueChange: (next: string) => onValueChange(next) } : {})}
      onValueChange={(next) => {
        if (next !== null) onValueChange(next);
        else if (!isFree) onValueChange("");
      }}
    >
      <Base.InputGroup className={cx("relative", className)}>
        <Base.Input
          aria-label={label}
          data-testid={testId}
          placeholder={placeholder}
          spellCheck={false}
          className={cx(CONTROL_CLASS, "pr-8")}
        />
        <Base.Trigger
          aria-label="Show all"
          className="absolute top-0 right-0 flex h-8 w-8 items-center justify-center text-subtle hover:text-ink"
        >
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none">
          <Base.Popup
            className={cx(
              POPUP_CLASS,
              "max-h-[min(20rem,var(--available-height))] w-max min-w-(--anchor-width) max-w-(--available-width) overflow-y-auto",
            )}
          >
            <Base.Empty className="text-subtle text-xs">
              <div className="px-2 py-1.5">
                {isFree ? "No known name; what you typed is taken as it is" : "Nothing matches"}
              </div>
            </Base.Empty>
            <Base.List>
              {(item: string) => (
                <Base.Item key={item} value={item} className={POPUP_ITEM_CLASS}>
                  <span className="min-w-0 flex-1 truncate">{item}</span>
                  <Base.ItemIndicator>
                    <Check aria-hidden className="size-3.5 text-accent" />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
