import { LoaderCircle } from "lucide-react";
import { cx } from "#components/ui/cx.ts";

/** Decorative: what is busy says so in words or by aria-busy. */
export function Spinner({ className }: { readonly className?: string }) {
  return <LoaderCircle aria-hidden className={cx("size-4 animate-spin", className)} />;
}
