import { Button as BaseButton } from "@base-ui/react/button";
import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";
import { Spinner } from "#components/ui/spinner.tsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
/** "icon" is as wide as it is high. */
export type ButtonSize = "sm" | "md" | "icon";

const BASE =
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors disabled:opacity-50 data-disabled:opacity-50 [&_svg]:shrink-0";
const VARIANT: Record<ButtonVariant, string> = {
  primary: "bg-accent-fill text-on-accent hover:not-data-disabled:bg-accent-fill-hover",
  secondary: "border border-line-strong bg-surface text-ink hover:not-data-disabled:bg-hover",
  ghost: "text-muted hover:not-data-disabled:bg-hover hover:not-data-disabled:text-ink",
  danger: "bg-bad-fill text-on-accent hover:not-data-disabled:brightness-110",
};
const SIZE: Record<ButtonSize, string> = {
  sm: "h-7 px-2.5 text-xs [&_svg]:size-3.5",
  md: "h-8 px-3 text-sm [&_svg]:size-4",
  icon: "size-8 [&_svg]:size-4",
};

/** The classes of a button, for what must look like one. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "md"): string {
  return cx(BASE, VARIANT[variant], SIZE[size]);
}

export interface ButtonProps extends Omit<ComponentProps<"button">, "ref"> {
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  /** Shows a spinner and takes no more clicks, but keeps focus. */
  readonly isBusy?: boolean;
}

export function Button({ variant, size, isBusy = false, disabled, className, children, ...rest }: ButtonProps) {
  return (
    <BaseButton
      type="button"
      className={cx(buttonClass(variant, size), className)}
      disabled={disabled === true || isBusy}
      focusableWhenDisabled={isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {isBusy ? <Spinner /> : null}
      {children}
    </BaseButton>
  );
}

export interface ButtonLinkProps {
  readonly href: string;
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A link that looks like a button: for going somewhere, not for doing something. */
export function ButtonLink({ href, variant, size, className, children }: ButtonLinkProps) {
  return (
    <Link href={href} className={cx(buttonClass(variant, size), className)}>
      {children}
    </Link>
  );
}
