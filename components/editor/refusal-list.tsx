import Link from "next/link";
import { resourceHref } from "#components/shell/build-commands.ts";
import { Notice } from "#components/ui/notice.tsx";
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
          <Notice tone="bad" title={`${proxy.workload} refused ${refusal.type} ${refusal.resource}`}>
            <p className="break-words font-mono text-xs" data-testid="envoy-words">
              {refusal.message}
            </p>
            <OriginLinks refusal={refusal} />
          </Notice>
        </li>
      ))}
    </ul>
  );
}

/** The user's objects that a refused resource was made from. */
export function OriginLinks({ refusal }: { readonly refusal: Refusal }) {
  if (refusal.origins.length === 0) return null;
  return (
    <p className="mt-1 text-xs">
      Made from{" "}
      {refusal.origins.map(({ resource, path }, index) => (
        <span key={`${resource} ${path}`}>
          {index === 0 ? "" : ", "}
          <Link href={resourceHref(resource)} className="font-medium text-accent-text underline">
            {resource}
          </Link>
          {path === undefined ? "" : <span className="font-mono"> {path}</span>}
        </span>
      ))}
    </p>
  );
}
