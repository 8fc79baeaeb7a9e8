"use client";
import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

export interface TabItem<V extends string> {
  readonly value: V;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

/** Sections of which one shows. Keep the value in the URL (useSearchState) where a link should lead to it. */
export function Tabs<V extends string>({
  label,
  value,
  onValueChange,
  items,
  className,
}: {
  readonly label: string;
  readonly value: V;
  readonly onValueChange: (value: V) => void;
  readonly items: readonly TabItem<V>[];
  readonly className?: string;
}) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onValueChange(next as V)}
      className={cx("flex min-w-0 flex-col", className)}
    >
      <Base.List aria-label={label} className="relative flex gap-4 overflow-x-auto border-line border-b">
        {items.map((item) => (
          <Base.Tab
            key={item.value}
            value={item.value}
            className="inline-flex h-9 shrink-0 items-center gap-1.5 rounded-sm border-transparent border-b-2 font-medium text-muted text-sm hover:text-ink focus-visible:-outline-offset-2 data-active:border-accent data-active:text-ink"
          >
            {item.label}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel
          key={item.value}
          value={item.value}
          className="min-w-0 pt-4 outline-none focus-visible:outline-2 focus-visible:outline-accent"
        >
          {item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
