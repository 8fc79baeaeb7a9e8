"use client";
import { Combobox as Base } from "@base-ui/react/combobox";
import { TriangleAlert, X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { ComboboxPopup } from "#components/ui/combobox-popup.tsx";
import { cx } from "#components/ui/cx.ts";
import { usePendingText } from "#components/ui/pending-texts.ts";
import { addChips } from "#components/ui/split-chips.ts";

export interface ChipInputProps {
  readonly values: readonly string[];
  readonly onValuesChange: (values: string[]) => void;
  /** Names to choose from; what is typed need not be among them. */
  readonly options: readonly string[];
  /** Says what the field is when its text cannot be taken; the accessible name where no Field gives one. */
  readonly label?: string;
  /** What is to be known of a value that stands for nothing there is, such as a slip; it is taken all the same. */
  readonly doubtOf?: (value: string) => string | null;
  readonly placeholder?: string;
  readonly className?: string;
  readonly testId?: string;
}

type BaseEvent<E> = E & { readonly preventBaseUIHandler: () => void };

/**
 * Several values, each as a chip: chosen from the list, or typed. What was typed becomes a chip by Enter, Tab, a comma,
 * by pasting, and by leaving the field; Backspace takes the last one away. No text in it is ever dropped but by Escape.
 */
export function ChipInput({
  values,
  onValuesChange,
  options,
  label,
  doubtOf = () => null,
  placeholder,
  className,
  testId,
}: ChipInputProps) {
  const [typed, setTyped] = useState("");
  const popup = useRef<HTMLDivElement>(null);
  const doubts = values.map((value) => ({ value, doubt: doubtOf(value) }));
  const free = typed.trim();
  const items = free === "" || options.includes(free) ? options : [...options, free];
  const take = (text: string) => {
    setTyped("");
    const next = addChips(values, text);
    if (next.length > values.length) onValuesChange(next);
    return true;
  };
  usePendingText(label ?? "a field", free === "" ? null : free, () => take(typed));

  const onKeyDown = (event: BaseEvent<KeyboardEvent<HTMLInputElement>>) => {
    if (event.nativeEvent.isComposing) return;
    const isOpen = event.currentTarget.getAttribute("aria-expanded") === "true";
    if (event.key === "Escape" && !isOpen) {
      // Base UI would empty the whole field.
      event.preventBaseUIHandler();
      if (typed !== "") event.stopPropagation();
      setTyped("");
    }
    if (free === "") return;
    // An item under the arrow keys is meant rather than what was typed to find it.
    const isChosen = isOpen && event.currentTarget.hasAttribute("aria-activedescendant");
    if (event.key === "Enter" && !isChosen && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      take(typed);
    } else if (event.key === "Tab" && !event.shiftKey) take(typed);
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text");
    if (text.trim() === "") return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = event.currentTarget;
    const start = selectionStart ?? value.length;
    take(value.slice(0, start) + text + value.slice(selectionEnd ?? start));
  };

  return (
    <Base.Root
      multiple
      items={items as string[]}
      value={values as string[]}
      inputValue={typed}
      onInputValueChange={(next, { reason }) => {
        // Base UI empties the field when its list closes; only the person at it does here.
        if (reason !== "input-change") return;
        if (next.includes(",")) take(next);
        else setTyped(next);
      }}
      onValueChange={(next: string[]) => {
        setTyped("");
        onValuesChange(next);
      }}
    >
      <Base.InputGroup
        className={cx(
          "min-h-8 min-w-0 rounded-md border border-line-strong bg-surface px-1 py-0.5 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent focus-within:-outline-offset-1 hover:border-idle data-invalid:border-bad",
          className,
        )}
      >
        <Base.Chips className="flex flex-wrap items-center gap-1">
          {doubts.map(({ value, doubt }) => (
            <Base.Chip
              key={value}
              className={cx(
                "flex h-6 max-w-full items-center gap-1 rounded-sm pr-0.5 pl-2 text-xs",
                doubt === null ? "bg-active" : "bg-warn-soft text-warn-text",
              )}
            >
              {doubt === null ? null : <TriangleAlert aria-hidden className="size-3 shrink-0" />}
              <span className="truncate" title={value}>
                {value}
              </span>
              <Base.ChipRemove
                aria-label={`Remove ${value}`}
                className="flex size-6 items-center justify-center rounded-sm text-subtle hover:text-ink"
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
            autoComplete="off"
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={(event) => {
              if (free !== "" && popup.current?.contains(event.relatedTarget) !== true) take(typed);
            }}
            className="h-6.5 min-w-24 flex-1 bg-transparent px-1.5 text-sm outline-none placeholder:text-subtle"
          />
        </Base.Chips>
      </Base.InputGroup>
      {doubts.map(({ value, doubt }) =>
        doubt === null ? null : (
          <p key={value} data-testid="doubt" className="text-warn-text text-xs [overflow-wrap:anywhere]">
            {value}: {doubt}
          </p>
        ),
      )}
      <ComboboxPopup ref={popup} empty="Type a value; Enter or a comma takes it" />
    </Base.Root>
  );
}
