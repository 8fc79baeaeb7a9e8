import { SYNC_LOOK, SYNC_TYPES } from "#components/proxies/sync-summary.ts";
import { Badge } from "#components/ui/badge.tsx";
import type { ProxyStatus } from "#core/view/mesh.ts";

/** The state of each type in words. */
export function SyncCells({ sync }: { readonly sync: ProxyStatus["sync"] }) {
  return (
    <ul className="flex flex-wrap gap-x-2 gap-y-1">
      {SYNC_TYPES.map((type) => {
        const state = sync[type];
        if (state === undefined) return null;
        const { word, tone } = SYNC_LOOK[state];
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
