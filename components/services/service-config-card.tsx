import { CircleCheck, CircleMinus, FileCog } from "lucide-react";
import Link from "next/link";
import { resourceHref } from "#components/format/resource-href.ts";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";

/** The configuration that bears on a service, with the reason for each: what applies first. */
export function ServiceConfigCard({ config }: { readonly config: readonly AppliedResource[] }) {
  const ordered = [...config].sort((a, b) => Number(b.applies) - Number(a.applies));
  return (
    <Card title="Configuration and why it applies" isFlush>
      {ordered.length === 0 ? (
        <EmptyState icon={<FileCog />} title="No configuration names this service">
          Requests go to all its instances alike, with the mesh's defaults.
        </EmptyState>
      ) : (
        <ul className="pb-2">
          {ordered.map((item) => (
            <ConfigLine key={`${item.ref} ${item.path ?? ""}`} item={item} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function ConfigLine({ item }: { readonly item: AppliedResource }) {
  const [kind, namespace, name] = item.ref.split("/");
  return (
    <li className="flex gap-3 px-4 py-2">
      {item.applies ? (
        <CircleCheck role="img" aria-label="Applies" className="mt-0.5 size-4 shrink-0 text-ok" />
      ) : (
        <CircleMinus role="img" aria-label="Does not apply" className="mt-0.5 size-4 shrink-0 text-idle" />
      )}
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <Link
            href={resourceHref(item.ref)}
            className="inline-flex min-h-6 min-w-0 items-center rounded-sm font-medium text-ink [overflow-wrap:anywhere] hover:underline"
          >
            {name}
          </Link>
          <span className="text-subtle text-xs">
            {kind} in {namespace}
          </span>
        </div>
        <p className="text-muted text-sm [overflow-wrap:anywhere]">
          {item.reason}
          {item.path === undefined ? null : <code className="ml-1.5 font-mono text-subtle text-xs">{item.path}</code>}
        </p>
      </div>
    </li>
  );
}
