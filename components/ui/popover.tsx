"use client";
import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import { POPUP_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

/** A small panel at an element. `trigger` is one focusable element; `title` names the panel. */
export function Popover({
  trigger,
  title,
  children,
  align = "end",
  className,
}: {
  readonly trigger: ReactElement;
  readonly title: string;
  readonly children: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly className?: string;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align={align} className="z-50 outline-none">
          <Base.Popup className={cx(POPUP_CLASS, "w-80 p-3", className)}>
            <Base.Title className="mb-2 font-medium text-ink text-sm">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
