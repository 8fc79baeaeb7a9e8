import { Badge } from "#components/ui/badge.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import type { ResourceDetail } from "#core/view/config.ts";

/** Where the keys are that were fetched for it, of which age, and why not. Nothing where none are. */
export function ResourceKeys({ resource: { keys = [] } }: { readonly resource: ResourceDetail }) {
  if (keys.length === 0) return null;
  return (
    <ul className="mt-1 space-y-0.5" aria-label="Keys">
      {keys.map(({ location, fetchedAt, error }) => (
        <li key={location} className="flex flex-wrap items-baseline gap-1.5">
          <Badge tone={fetchedAt === null ? (error === null ? "neutral" : "bad") : error === null ? "ok" : "warn"}>
            Keys
          </Badge>
          <span className="break-all font-mono text-xs">{location}</span>
          <span>
            {fetchedAt === null ? (
              "not fetched yet: tokens are refused"
            ) : (
              <>
                fetched <Ago at={fetchedAt} />
              </>
            )}
            {error === null ? "" : ` · ${error}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
