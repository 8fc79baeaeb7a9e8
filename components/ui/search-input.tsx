"use client";
import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";
import { Kbd } from "#components/ui/kbd.tsx";
import { useShortcut } from "#components/ui/use-shortcut.ts";

export interface SearchInputProps {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
  /** Accessible name and placeholder. */
  readonly label: string;
  /** A key that leads here from anywhere on the page but text fields. */
  readonly shortcut?: string;
  /** Goes to what was found. */
  readonly onEnter?: () => void;
  readonly className?: string;
}

/** Filters what is on the page as one types; Escape clears it. */
export function SearchInput({ value, onValueChange, label, shortcut, onEnter, className }: SearchInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  // A value that lives in the URL comes back late: while one types, what is typed stands, or letters would be lost.
  useEffect(() => {
    if (document.activeElement !== input.current) setTyped(value);
  }, [value]);
  const change = (next: string) => {
    setTyped(next);
    onValueChange(next);
  };
  useShortcut(shortcut, () => input.current?.focus());
  return (
    <div className={cx("relative w-64 max-w-full", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-subtle" />
      <input
        ref={input}
        type="search"
        aria-keyshortcuts={shortcut}
        aria-label={label}
        placeholder={label}
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && onEnter !== undefined) onEnter();
          if (event.key === "Escape" && typed !== "") {
            event.stopPropagation();
            change("");
          }
        }}
        className={cx(CONTROL_CLASS, "px-8 [&::-webkit-search-cancel-button]:hidden")}
      />
      {typed === "" ? (
        shortcut === undefined ? null : (
          <span aria-hidden className="pointer-events-none absolute top-1.75 right-2">
            <Kbd>{shortcut}</Kbd>
          </span>
        )
      ) : (
        <button
          type="button"
          aria-label="Clear"
          onClick={() => change("")}
          className="absolute top-1 right-1 flex size-6 items-center justify-center rounded-sm text-subtle hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
