"use client";
import { CLASS_LOOKS } from "#components/requests/class-tone.ts";
import { cx } from "#components/ui/cx.ts";
import type { RequestClass } from "#core/telemetry/request-class.ts";
import { REQUEST_FIELDS, type RequestFieldName } from "#core/telemetry/request-fields.ts";
import { parseRequestFilter, toggleValue } from "#core/telemetry/request-filter.ts";
import type { RequestFacet } from "#core/view/requests.ts";

/** Open at first: what most look for. */
const OPEN: ReadonlySet<RequestFieldName> = new Set([
  "class",
  "code",
  "flags",
  "policy",
  "service",
  "caller",
  "version",
]);

/** Values with how many rows have each; a click looks for them alone, another takes that back. */
export function FacetList({
  facets,
  filter,
  onChange,
}: {
  readonly facets: readonly RequestFacet[];
  readonly filter: string;
  readonly onChange: (filter: string) => void;
}) {
  const chosen = new Set(
    parseRequestFilter(filter).conditions.flatMap((each) =>
      each.kind === "is" && !each.isNot ? each.values.map((value) => `${each.field} ${value}`) : [],
    ),
  );
  return (
    <div className="flex flex-col gap-1" data-testid="request-facets">
      {facets.map(({ field, values }) => (
        <details key={field} open={OPEN.has(field)} className="rounded-md border border-line bg-surface">
          <summary className="cursor-pointer select-none px-3 py-1.5 font-medium text-muted text-xs">
            {REQUEST_FIELDS[field].label}
          </summary>
          <ul className="px-1 pb-1.5">
            {values.map(({ value, rows }) => {
              const isChosen = chosen.has(`${field} ${value}`);
              return (
                <li key={value}>
                  <button
                    type="button"
                    aria-pressed={isChosen}
                    title={nameOf(field, value)}
                    onClick={() => onChange(toggleValue(filter, field, value))}
                    className={cx(
                      "flex min-h-6 w-full items-center gap-2 rounded-sm px-2 py-0.5 text-left text-xs hover:bg-hover",
                      isChosen && "bg-accent-soft font-medium text-accent-text",
                    )}
                  >
                    <span className="min-w-0 flex-1 truncate">{nameOf(field, value)}</span>
                    <span className={cx("tabular-nums", isChosen ? "" : "text-subtle")}>{rows}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </details>
      ))}
    </div>
  );
}

export function nameOf(field: RequestFieldName, value: string): string {
  if (value === "" || (field === "flags" && value === "-") || (field === "code" && value === "0")) return "none";
  if (field === "class") return CLASS_LOOKS[value as RequestClass]?.label ?? value;
  if (field === "side") return value === "source" ? "the caller" : "the called end";
  return value;
}
