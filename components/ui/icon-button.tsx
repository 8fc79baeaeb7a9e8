"use client";
import { Button as BaseButton } from "@base-ui/react/button";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";
import { Tooltip } from "#components/ui/tooltip.tsx";

export interface IconButtonProps extends Omit<ComponentProps<"button">, "ref" | "aria-label"> {
  /** The accessible name, shown as tooltip. */
  readonly label: string;
  readonly children: ReactNode;
  readonly size?: "sm" | "md";
  readonly isPressed?: boolean;
}

export function IconButton({ label, children, size = "md", isPressed, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <BaseButton
        type="button"
        aria-label={label}
        aria-pressed={isPressed}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent-text",
          size === "sm" ? "size-7 [&_svg]:size-3.5" : "size-8 [&_svg]:size-4",
          className,
        )}
        {...rest}
      >
        {children}
      </BaseButton>
    </Tooltip>
  );
}
