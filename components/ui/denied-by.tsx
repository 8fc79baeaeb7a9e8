import { ShieldX } from "lucide-react";
import Link from "next/link";
import { readDenial, tellDenial } from "#components/format/read-denial.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { hasLongWord } from "#components/ui/any-length.tsx";
import { cx } from "#components/ui/cx.ts";

const LOOK =
  "relative inline-flex min-h-5 max-w-full items-center gap-1 rounded-sm bg-bad-soft px-1.5 py-0.5 text-left font-medium text-2xs text-bad-text";

/** The policies and limits that refused the traffic, each a link to itself. */
export function DeniedBy({ refs }: { readonly refs: readonly string[] }) {
  return refs.map((ref) => {
    const told = readDenial(ref);
    const content = (
      <>
        <ShieldX aria-hidden className="size-3 shrink-0" />
        <span className={cx("line-clamp-3", hasLongWord(ref) && "min-w-40 [overflow-wrap:anywhere]")} title={ref}>
          {told === undefined ? `Denied: ${ref}` : upperFirst(tellDenial(ref))}
        </span>
      </>
    );
    // A reason in words has no page.
    return told === undefined ? (
      <span key={ref} data-testid="denied-by" className={LOOK}>
        {content}
      </span>
    ) : (
      <Link
        key={ref}
        href={resourceHref(told.ref)}
        data-testid="denied-by"
        className={`${LOOK} z-1 min-h-6 hover:underline`}
      >
        {content}
      </Link>
    );
  });
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
