"use client";
import { Lock, LockOpen, OctagonX, ShieldX, TriangleAlert } from "lucide-react";
import { readDenial } from "#components/format/read-denial.ts";
import { type EdgeLabel, edgeFigures } from "#components/topology/edge-label.ts";
import { cx } from "#components/ui/cx.ts";
import type { DisplayEdge } from "#core/graph/display-graph.ts";

export interface EdgeTagProps {
  readonly edge: DisplayEdge;
  readonly labels: readonly EdgeLabel[];
  readonly isSelected: boolean;
  readonly isDim: boolean;
  /** One of all edges is in the tab order; arrow keys lead to the others. */
  readonly isFocusable: boolean;
  readonly description: string;
  readonly onSelect: () => void;
}

/** The figures of an edge, in its middle. What refuses or fails says so whatever figures are chosen. */
export function EdgeTag({ edge, labels, isSelected, isDim, isFocusable, description, onSelect }: EdgeTagProps) {
  const isDenied = edge.deniedBy.length > 0;
  // "denied" says it: the share of errors would only repeat it.
  const figures = edgeFigures(edge, isDenied ? labels.filter((label) => label !== "errors") : labels);
  const { status } = edge.health;
  const showsLock = labels.includes("mtls") && edge.mtlsPercent !== null && edge.requestsPerSecond > 0;
  // There for the keyboard, and seen while it is there: an edge can be reached with all figures off.
  const isSilent = figures.length === 0 && !showsLock && !isDenied && status !== "failure" && status !== "degraded";
  return (
    <button
      type="button"
      data-of={edge.id}
      data-testid="graph-edge"
      data-rank={isSilent ? 3 : isDenied || status === "failure" ? 0 : status === "degraded" ? 1 : 2}
      tabIndex={isFocusable ? 0 : -1}
      aria-label={description}
      aria-pressed={isSelected}
      onClick={onSelect}
      className={cx(
        "tabular absolute top-0 left-0 flex min-h-6 items-center gap-1 whitespace-nowrap rounded-full border bg-surface px-2 py-px text-2xs leading-3.5 hover:z-20 focus-visible:z-20 transition-opacity hover:border-idle group-data-[detail=cards]/layer:opacity-0 group-data-[detail=none]/layer:opacity-0",
        isDim && "invisible",
        isSilent ? "pointer-events-none opacity-0 focus-visible:opacity-100" : "pointer-events-auto",
        isDenied && "w-max max-w-46 flex-wrap justify-center rounded-md",
        (isDenied || status === "failure") && "z-10",
        isSelected
          ? "border-accent"
          : status === "failure"
            ? "border-bad/50 text-bad-text"
            : status === "degraded"
              ? "border-warn/50 text-warn-text"
              : "border-line text-muted",
      )}
    >
      {isDenied ? null : status === "failure" ? (
        <OctagonX aria-hidden className="size-3 text-bad" />
      ) : status === "degraded" ? (
        <TriangleAlert aria-hidden className="size-3 text-warn" />
      ) : null}
      {isDenied ? (
        <span className="line-clamp-3 whitespace-normal [overflow-wrap:anywhere]" title={edge.deniedBy.join("\n")}>
          <ShieldX aria-hidden className="mr-1 inline size-3 text-bad" />
          <Denial denial={edge.deniedBy[0] ?? ""} />
          {edge.deniedBy.length > 1 ? ` +${edge.deniedBy.length - 1}` : ""}
        </span>
      ) : null}
      {isSilent ? <span>{edgeFigures(edge, ["rate"]).join()}</span> : null}
      {figures.length === 0 && !showsLock ? null : (
        // Where a refusal makes lines of it, figures and lock are one of them.
        <span className="inline-flex items-center gap-1">
          {figures.join(" · ")}
          {showsLock ? (
            edge.mtlsPercent === 100 ? (
              <Lock aria-hidden className="size-2.5 text-ok" />
            ) : (
              <LockOpen aria-hidden className="size-2.5 text-warn" />
            )
          ) : null}
        </span>
      )}
    </button>
  );
}

function Denial({ denial }: { readonly denial: string }) {
  const told = readDenial(denial);
  const name = told?.ref.split("/")[2];
  return (
    <>
      <span className="font-medium">{told?.did ?? "denied"}</span>
      {name === undefined ? `: ${denial}` : ` by ${name}`}
    </>
  );
}
