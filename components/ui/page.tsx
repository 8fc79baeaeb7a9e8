import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";

/** The padded column of a page. "full" is for pages that are one canvas; "narrow" for forms and text. */
export function Page({
  children,
  width = "wide",
  className,
}: {
  readonly children: ReactNode;
  readonly width?: "wide" | "narrow" | "full";
  readonly className?: string;
}) {
  return (
    <div
      className={cx(
        "mx-auto w-full min-w-0 px-6 pt-6 pb-12 max-sm:px-4",
        width === "wide" ? "max-w-[1440px]" : width === "narrow" ? "max-w-4xl" : "",
        className,
      )}
    >
      {children}
    </div>
  );
}
