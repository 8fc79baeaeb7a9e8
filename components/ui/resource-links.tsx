import Link from "next/link";
import { resourceHref } from "#components/format/resource-href.ts";

/** Resources by their names, each leading to its page. */
export function ResourceLinks({ refs }: { readonly refs: readonly string[] }) {
  return refs.map((ref, index) => (
    <span key={ref}>
      {index === 0 ? "" : ", "}
      <Link href={resourceHref(ref)} className="rounded-sm text-accent-text underline [overflow-wrap:anywhere]">
        {ref.split("/")[0]} {ref.split("/").slice(1).join("/")}
      </Link>
    </span>
  ));
}
