import { formatRate } from "#components/format/format-rate.ts";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import type { PlaintextCaller } from "#core/view/authentication.ts";

const ADDRESSES_MAX = 2;

/** Who comes without mTLS, from where, how often, and what refuses them. */
export function PlaintextCallers({ callers }: { readonly callers: readonly PlaintextCaller[] }) {
  if (callers.length === 0) return <span className="text-subtle">nobody</span>;
  return (
    <ul className="min-w-36 space-y-1">
      {callers.map(({ id, source, addresses, perSecond, deniedBy }) => (
        <li key={id} className="[overflow-wrap:anywhere]">
          {source}
          {addresses.length === 0 ? null : (
            <span className="font-mono text-xs">
              {" "}
              {addresses
                .slice(0, ADDRESSES_MAX)
                .map(({ address }) => address)
                .join(", ")}
            </span>
          )}
          <span className="text-subtle text-xs"> {formatRate(perSecond)}/s</span>
          {deniedBy.length === 0 ? null : (
            <span className="block">
              <DeniedBy refs={deniedBy} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
