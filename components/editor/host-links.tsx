import Link from "next/link";
import type { Catalog } from "#core/form/catalog.ts";
import { findService } from "#core/form/find-service.ts";
import { formOf } from "#core/kinds/kinds.ts";
import type { ResourceDetail } from "#core/view/config.ts";

const SHOWN_MAX = 3;

/** The hosts that a VirtualService routes, each leading to its page, also where no service has it. */
export function HostLinks({ resource, catalog }: { readonly resource: ResourceDetail; readonly catalog: Catalog }) {
  const { kind, hosts, namespace } = resource;
  if (formOf(kind) !== "routing") return null;
  // A short name that no service has, or a pattern, has no page.
  const pages = hosts.flatMap((name) => {
    const host = findService(catalog, name, namespace)?.host ?? name;
    return host.includes(".") && !host.includes("*") ? [{ name, host }] : [];
  });
  return pages.slice(0, SHOWN_MAX).map(({ name, host }) => (
    <span key={name}>
      {" · "}
      <Link
        className="text-accent-text underline [overflow-wrap:anywhere]"
        href={`/services/${encodeURIComponent(host)}`}
      >
        {name}
      </Link>
    </span>
  ));
}
