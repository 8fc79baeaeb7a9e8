import { Card } from "#components/ui/card.tsx";
import type { ExplainedCallers } from "#core/resolve/explain-localities.ts";

/** For each place that callers are in whom their requests go to first, and why. */
export function LocalitiesCard({ localities }: { readonly localities: readonly ExplainedCallers[] }) {
  return (
    <Card title="Who is near whom" isFlush>
      <ul className="pb-2">
        {localities.map(({ from, to, groups }) => (
          <li key={`${from.join()} ${to.join()}`} className="px-4 py-2">
            <p className="font-medium text-ink [overflow-wrap:anywhere]">
              Callers: {from.join(", ")}
              <span className="ml-2 font-normal text-subtle text-xs">to {to.join(", ")}</span>
            </p>
            <ol className="mt-1">
              {groups.map(({ priority, locality, endpoints, share, reason }) => (
                <li
                  key={`${priority} ${locality}`}
                  className="grid grid-cols-[1.5rem_minmax(0,1fr)_auto] gap-x-2 text-sm tabular-nums"
                >
                  <span className="text-subtle">{priority}</span>
                  <span className="[overflow-wrap:anywhere]">
                    {locality || "nobody says where"} <span className="text-muted">({endpoints})</span>{" "}
                    <span className="text-muted">{reason}</span>
                  </span>
                  <span>{share}%</span>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
      <p className="px-4 pb-3 text-muted text-xs">
        A number is a priority: the next ones are used as far as the endpoints before them are not well.
      </p>
    </Card>
  );
}
