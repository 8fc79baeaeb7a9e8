import { SYNC_LOOK, SYNC_TYPES } from "#components/proxies/sync-summary.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { ProxyStatus } from "#core/view/mesh.ts";

/** The state of each type in words; where all are well and `isBrief`, in one. */
export function SyncCells({
  sync,
  isBrief = false,
}: {
  readonly sync: ProxyStatus["sync"];
  readonly isBrief?: boolean;
}) {
  const types = SYNC_TYPES.filter((type) => sync[type] !== undefined);
  if (isBrief && types.length > 0 && types.every((type) => sync[type] === "SYNCED"))
    return <span className="whitespace-nowrap text-muted text-xs">{types.join(", ")}</span>;
  return (
    <ul className="flex flex-wrap gap-x-2 gap-y-1">
      {types.map((type) => {
        const { word, tone } = SYNC_LOOK[sync[type] ?? "NOT SENT"];
        return (
          <li key={type}>
            <Badge tone={tone}>
              {type} <span className="font-normal">{word.toLowerCase()}</span>
            </Badge>
          </li>
        );
      })}
    </ul>
  );
}
