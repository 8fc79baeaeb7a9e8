import { ShieldX } from "lucide-react";
import Link from "next/link";
import { resourceHref } from "#components/shell/build-commands.ts";

/** The policies that refused the traffic, each a link to itself. */
export function DeniedBy({ refs }: { readonly refs: readonly string[] }) {
  return refs.map((ref) => (
    <Link
      key={ref}
      href={resourceHref(ref)}
      data-testid="denied-by"
      className="relative z-1 inline-flex h-5 max-w-full items-center gap-1 rounded-sm bg-bad-soft px-1.5 font-medium text-2xs text-bad-text hover:underline"
    >
      <ShieldX aria-hidden className="size-3 shrink-0" />
      <span className="truncate">Denied by {ref.split("/").slice(1).join("/")}</span>
    </Link>
  ));
}
