"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { Notice } from "#components/ui/notice.tsx";
import { locatePath } from "#core/resource/locate-path.ts";
import { parsePath } from "#core/schema/path.ts";
import type { Refusal } from "#core/view/mesh.ts";

export interface RefusalListProps {
  readonly refusals: readonly {
    readonly proxy: { readonly id: string; readonly workload: string };
    readonly refusal: Refusal;
  }[];
}

/** What Envoy refused, in its own words, with the object and the place in it that made it. */
export function RefusalList({ refusals }: RefusalListProps) {
  return (
    <ul className="mb-4 flex flex-col gap-2">
      {refusals.map(({ proxy, refusal }) => (
        <li key={`${proxy.id} ${refusal.type} ${refusal.resource} ${refusal.at}`}>
          <Notice
            tone={refusal.wasHeldWithout ? "warn" : "bad"}
            title={`${proxy.workload} refused ${refusal.type} ${refusal.resource}`}
          >
            <p className="font-mono text-xs [overflow-wrap:anywhere]" data-testid="envoy-words">
              {refusal.message}
            </p>
            <OfferedAgain refusal={refusal} />
            <OriginLinks refusal={refusal} />
            {refusal.wasHeldWithout ? <p className="mt-1 text-xs">It lacked the same before this revision.</p> : null}
          </Notice>
        </li>
      ))}
    </ul>
  );
}

/** What nobody has to do: the cause is outside the configuration. */
export function OfferedAgain({ refusal }: { readonly refusal: Refusal }) {
  if (refusal.isOfferedAgain === undefined) return null;
  return (
    <p className="mt-1 text-xs">
      The cause is on its host. It is offered again by itself, after half a minute, a minute, and then every five.
    </p>
  );
}

/** The user's objects that a refused resource was made from, or those of them that it is held without. */
export function OriginLinks({ refusal }: { readonly refusal: Refusal }) {
  if (refusal.origins.length === 0) return null;
  return (
    <p className="mt-1 text-xs">
      {refusal.isHeldWithout ? "It is held without" : "Made from"}{" "}
      {refusal.origins.map(({ resource, path }, index) => (
        <span key={`${resource} ${path}`}>
          {index === 0 ? "" : ", "}
          <OriginLink resource={resource} path={path} />
        </span>
      ))}
    </p>
  );
}

/** Leads to the line in the document as it is now; a document that is gone has no line. */
function OriginLink({ resource, path }: { readonly resource: string; readonly path: string | undefined }) {
  const trpc = useTRPC();
  const document = useQuery(trpc.config.get.queryOptions({ ref: resource }, { retry: false }));
  const line =
    document.data === undefined || path === undefined
      ? undefined
      : locatePath(document.data.text, parsePath(path) ?? [])?.line;
  const href = resourceHref(resource);
  return (
    <>
      <Link
        href={line === undefined ? href : `${href}?view=yaml&line=${line}`}
        className="font-medium text-accent-text underline"
      >
        {resource}
        {line === undefined ? "" : `, line ${line}`}
      </Link>
      {path === undefined ? "" : <span className="font-mono"> {path}</span>}
    </>
  );
}
