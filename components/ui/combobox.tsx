"use client";
import { Combobox as Base } from "@base-ui/react/combobox";
import { ChevronsUpDown } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { ComboboxPopup } from "#components/ui/combobox-popup.tsx";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";
import { usePendingText } from "#components/ui/pending-texts.ts";

export interface ComboboxProps {
  readonly value: string;
  /** Called as one types too when `isFree`. */
  readonly onValueChange: (value: string) => void;
  readonly options: readonly string[];
  readonly placeholder?: string;
  readonly label?: string;
  /** Takes values that are not in the list. */
  readonly isFree?: boolean;
  /** Takes what was typed and is not in the list, by Enter, Tab, or leaving the field; without it such text stays, and a form does not go on over it. */
  readonly onText?: (text: string) => void;
  readonly className?: string;
  readonly testId?: string;
}

type BaseEvent<E> = E & { readonly preventBaseUIHandler: () => void };

/** One of many names, found by typing. No text in it is ever dropped but by Escape. */
export function Combobox({
  value,
  onValueChange,
  options,
  placeholder,
  label,
  isFree = false,
  onText,
  className,
  testId,
}: ComboboxProps) {
  // What was typed on the way to a value; null while the field shows the value.
  const [typed, setTyped] = useState<string | null>(null);
  const popup = useRef<HTMLDivElement>(null);
  const free = (typed ?? "").trim();
  const take = () => {
    const known = options.find((option) => option.toLowerCase() === free.toLowerCase());
    if (known === undefined && free !== "" && onText === undefined) return false;
    setTyped(null);
    if (known !== undefined) onValueChange(known);
    else if (free !== "") onText?.(free);
    return true;
  };
  usePendingText(label ?? "a field", free === "" ? null : free, take);

  const onKeyDown = (event: BaseEvent<KeyboardEvent<HTMLInputElement>>) => {
    if (isFree || event.nativeEvent.isComposing) return;
    const isOpen = event.currentTarget.getAttribute("aria-expanded") === "true";
    if (event.key === "Escape" && !isOpen && typed !== null) {
      // Base UI would empty the value as well.
      event.preventBaseUIHandler();
      event.stopPropagation();
      setTyped(null);
    }
    if (free === "") return;
    // An item under the arrow keys is meant rather than what was typed to find it.
    const isChosen = isOpen && event.currentTarget.hasAttribute("aria-activedescendant");
    if (event.key === "Enter" && !isChosen && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      take();
    } else if (event.key === "Tab" && !event.shiftKey) take();
  };

  return (
    <Base.Root
      items={options as string[]}
      value={value === "" ? null : value}
      inputValue={isFree ? value : (typed ?? value)}
      onInputValueChange={(next, { reason }) => {
        if (isFree) onValueChange(next);
        // Base UI empties the field when its list closes; only the person at it does here.
        else if (reason === "input-change") setTyped(next === value ? null : next);
      }}
      onValueChange={(next) => {
        // Emptying the text on the way to another name is not a choice of none.
        if (next !== null) setTyped(null);
        if (next !== null) onValueChange(next);
      }}
    >
      <Base.InputGroup className={cx("relative", className)}>
        <Base.Input
          aria-label={label}
          data-testid={testId}
          placeholder={placeholder}
          spellCheck={false}
          onKeyDown={onKeyDown}
          onBlur={(event) => {
            if (typed !== null && popup.current?.contains(event.relatedTarget) !== true) take();
          }}
          className={cx(CONTROL_CLASS, "pr-8")}
        />
        <Base.Trigger
          aria-label="Show all"
          className="absolute top-0 right-0 flex h-8 w-8 items-center justify-center text-subtle hover:text-ink"
        >
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Trigger>
      </Base.InputGroup>
      <ComboboxPopup
        ref={popup}
        empty={isFree || onText !== undefined ? "No known name; what you typed is taken as it is" : "Nothing matches"}
      />
    </Base.Root>
  );
}
