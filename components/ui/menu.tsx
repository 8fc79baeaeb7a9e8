"use client";
import { Menu as Base } from "@base-ui/react/menu";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";
import { POPUP_CLASS, POPUP_ITEM_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export type MenuEntry =
  | {
      readonly kind: "action";
      readonly label: ReactNode;
      readonly icon?: ReactNode;
      readonly onSelect: () => void;
      readonly isDanger?: boolean;
      readonly isDisabled?: boolean;
    }
  | { readonly kind: "link"; readonly label: ReactNode; readonly icon?: ReactNode; readonly href: string }
  | {
      readonly kind: "choice";
      readonly label: ReactNode;
      readonly icon?: ReactNode;
      readonly isChosen: boolean;
      readonly onSelect: () => void;
    }
  | { readonly kind: "text"; readonly label: ReactNode }
  | { readonly kind: "line" };

/** A list of things to do or places to go. `trigger` is one focusable element. */
export function Menu({
  trigger,
  entries,
  align = "end",
}: {
  readonly trigger: ReactElement;
  readonly entries: readonly MenuEntry[];
  readonly align?: "start" | "end";
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <Base.Popup className={cx(POPUP_CLASS, "min-w-44")}>
            {entries.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a menu's entries are a fixed list
              <Entry key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const ICON = "flex size-4 shrink-0 items-center justify-center text-subtle [&_svg]:size-4";

function Entry({ entry }: { readonly entry: MenuEntry }) {
  switch (entry.kind) {
    case "line":
      return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
    case "text":
      return <div className="px-2 py-1.5 text-subtle text-xs">{entry.label}</div>;
    case "link":
      return (
        <Base.LinkItem closeOnClick render={<Link href={entry.href} />} className={POPUP_ITEM_CLASS}>
          {entry.icon === undefined ? null : <span className={ICON}>{entry.icon}</span>}
          {entry.label}
        </Base.LinkItem>
      );
    case "choice":
      return (
        <Base.CheckboxItem
          checked={entry.isChosen}
          closeOnClick
          onCheckedChange={entry.onSelect}
          className={cx(POPUP_ITEM_CLASS, "data-checked:font-medium data-checked:text-accent-text")}
        >
          {entry.icon === undefined ? null : <span className={ICON}>{entry.icon}</span>}
          {entry.label}
        </Base.CheckboxItem>
      );
    case "action":
      return (
        <Base.Item
          disabled={entry.isDisabled ?? false}
          onClick={entry.onSelect}
          className={cx(POPUP_ITEM_CLASS, entry.isDanger === true && "text-bad-text")}
        >
          {entry.icon === undefined ? null : <span className={ICON}>{entry.icon}</span>}
          {entry.label}
        </Base.Item>
      );
  }
}
