import Link from "next/link";
import { Badge } from "#components/ui/badge.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import type { ResourceDetail } from "#core/view/config.ts";

export function ResourceTitle({ resource }: { readonly resource: ResourceDetail }) {
  return (
    <>
      {resource.name} <Badge>{resource.kind}</Badge>
    </>
  );
}

/** Whose it is and who touched it last. */
export function ResourceByline({ resource }: { readonly resource: ResourceDetail }) {
  return (
    <>
      Namespace {resource.namespace} · changed <Ago at={resource.updatedAt} /> by {resource.author} in{" "}
      <Link className="text-accent-text underline" href={`/changes/${resource.resourceVersion}`}>
        revision {resource.resourceVersion}
      </Link>
      {" · "}
      <Link className="text-accent-text underline" href={`/changes?ref=${encodeURIComponent(resource.ref)}`}>
        history
      </Link>
    </>
  );
}
