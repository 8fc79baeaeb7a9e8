import Link from "next/link";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { GatewayProxy } from "#core/view/gateway.ts";

const TONE: Record<GatewayProxy["state"], Tone> = {
  acknowledged: "ok",
  waiting: "neutral",
  refused: "bad",
  away: "warn",
};

/** Who serves a Gateway, and whether each has taken what it was sent. */
export function GatewayProxies({ proxies }: { readonly proxies: readonly GatewayProxy[] }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-2.5 text-xs">
      <span className="text-subtle">Served by</span>
      {proxies.length === 0 ? (
        <span className="text-warn-text">nobody: no workload that runs as a gateway has these labels</span>
      ) : (
        proxies.map(({ id, namespace, name, state }) => (
          <span key={`${namespace}/${name}`} className="inline-flex items-center gap-1.5">
            {id === "" ? (
              <span>
                {namespace}/{name}
              </span>
            ) : (
              <Link
                href={`/proxies/${encodeURIComponent(id)}`}
                className="inline-flex min-h-6 items-center rounded-sm text-accent-text underline [overflow-wrap:anywhere]"
              >
                {namespace}/{name}
              </Link>
            )}
            <Badge tone={TONE[state]}>{state}</Badge>
          </span>
        ))
      )}
    </div>
  );
}
