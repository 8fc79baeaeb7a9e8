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
        {items.map(({ label, href }) => (
          <li key={href} className="flex items-center gap-1">
            <Link href={href} className="rounded-sm hover:text-ink hover:underline">
              {label}
            </Link>
            <ChevronRight aria-hidden className="size-3" />
          </li>
        ))}
      </ol>
    </nav>
  );
}
