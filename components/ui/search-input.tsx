"use client";
import { Search, X } from "lucide-react";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface SearchInputProps {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
  /** Accessible name and placeholder. */
  readonly label: string;
  readonly className?: string;
}

/** Filters what is on the page as one types; Escape clears it. */
export function SearchInput({ value, onValueChange, label, className }: SearchInputProps) {
  return (
    <div className={cx("relative w-64", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-subtle" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.stopPropagation();
            onValueChange("");
          }
        }}
        className={cx(CONTROL_CLASS, "px-8 [&::-webkit-search-cancel-button]:hidden")}
      />
      {value === "" ? null : (
        <button
          type="button"
          aria-label="Clear"
          onClick={() => onValueChange("")}
          className="absolute top-1.5 right-1.5 flex size-5 items-center justify-center rounded-sm text-subtle hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
