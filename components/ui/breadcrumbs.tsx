import { ChevronRight } from "lucide-react";
import Link from "next/link";

/** The way back up; the page itself is the h1 below. */
export function Breadcrumbs({
  items,
}: {
  readonly items: readonly { readonly label: string; readonly href: string }[];
}) {
  return (
    <nav aria-label="Breadcrumb">
      <ol className="flex items-center gap-1 text-subtle text-xs">
        {items.map(({ label, href }, index) => (
          <li key={href} className="flex items-center gap-1">
            {index === 0 ? null : <ChevronRight aria-hidden className="size-3" />}
            <Link href={href} className="inline-flex min-h-6 items-center rounded-sm hover:text-ink hover:underline">
              {label}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
