"use client";
import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { POPUP_CLASS, POPUP_ITEM_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface MultiComboboxProps {
  readonly values: readonly string[];
  readonly onValuesChange: (values: string[]) => void;
  readonly options: readonly string[];
  readonly placeholder?: string;
  readonly label?: string;
  /** Enter takes what was typed even when it is not in the list. */
  readonly isFree?: boolean;
  readonly className?: string;
  readonly testId?: string;
}

/** Several of many names, each as a chip; Backspace takes the last one away. */
export function MultiCombobox({
  values,
  onValuesChange,
  options,
  placeholder,
  label,
  isFree = false,
  className,
  testId,
}: MultiComboboxProps) {
  const [typed, setTyped] = useState("");
  const free = isFree ? typed.trim() : "";
  const items = free === "" || options.includes(free) ? options : [...options, free];
  return (
    <Base.Root
      multiple
      items={items as string[]}
      value={values as string[]}
      inputValue={typed}
      onInputValueChange={setTyped}
      onValueChange={(next: string[]) => {
        setTyped("");
        onValuesChange(next);
      }}
    >
      <Base.InputGroup
        className={cx(
          "min-h-8 rounded-md border border-line-strong bg-surface px-1 py-0.5 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-1 hover:border-idle data-invalid:border-bad",
          className,
        )}
      >
        <Base.Chips className="flex flex-wrap items-center gap-1">
          {values.map((value) => (
            <Base.Chip
              key={value}
              className="flex h-6 max-w-full items-center gap-1 rounded-sm bg-active pr-0.5 pl-2 text-xs"
            >
              <span className="truncate">{value}</span>
              <Base.ChipRemove
                aria-label={`Remove ${value}`}
                className="flex size-5 items-center justify-center rounded-sm text-subtle hover:text-ink"
              >
                <X aria-hidden className="size-3" />
              </Base.ChipRemove>
            </Base.Chip>
          ))}
          <Base.Input
            aria-label={label}
            data-testid={testId}
            placeholder={values.length === 0 ? placeholder : undefined}
            spellCheck={false}
            className="h-6.5 min-w-24 flex-1 bg-transparent px-1.5 text-sm outline-none placeholder:text-subtle"
          />
        </Base.Chips>
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
              <div className="px-2 py-1.5">Nothing matches</div>
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
