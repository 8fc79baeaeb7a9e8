"use client";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { cx } from "#components/ui/cx.ts";

export interface DialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons at the bottom right; the one that does it last. */
  readonly footer?: ReactNode;
  readonly size?: "sm" | "md" | "lg";
}

const SIZE = { sm: "max-w-md", md: "max-w-xl", lg: "max-w-4xl" } as const;

/** Asks for an answer before anything else goes on. Focus stays inside and goes back when it closes. */
export function Dialog({ isOpen, onOpenChange, title, description, children, footer, size = "sm" }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={isOpen} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          initialFocus={() => firstAsked(popup.current)}
          className={cx(
            "fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-3rem)] -translate-x-1/2 flex-col rounded-lg bg-raised shadow-raised outline-none transition-[opacity,scale] duration-150 data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0",
            SIZE[size],
          )}
        >
          <header className="flex items-start gap-4 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Base.Title className="font-semibold text-base text-ink">{title}</Base.Title>
              {description === undefined ? null : (
                <Base.Description className="mt-0.5 text-muted text-sm">{description}</Base.Description>
              )}
            </div>
            <Base.Close
              aria-label="Close"
              className="-mr-1.5 flex size-7 items-center justify-center rounded-md text-subtle hover:bg-hover hover:text-ink"
            >
              <X aria-hidden className="size-4" />
            </Base.Close>
          </header>
          {children === undefined ? null : (
            <div data-dialog-body className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">
              {children}
            </div>
          )}
          {footer === undefined ? null : (
            <footer className="flex justify-end gap-2 border-line border-t px-5 py-3">{footer}</footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The first field, else the last button, which does it; Close is for those who did not mean to come. */
function firstAsked(popup: HTMLElement | null): HTMLElement | null {
  const field = popup?.querySelector<HTMLElement>(
    "[data-dialog-body] :is(input, select, textarea, [role=combobox]):not([disabled])",
  );
  const button = [...(popup?.querySelectorAll<HTMLElement>("footer :is(button, a):not([disabled])") ?? [])].at(-1);
  return field ?? button ?? null;
}
