"use client";
import { useState } from "react";
import { OutcomeCard } from "#components/simulate/outcome-card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { formatPath } from "#core/schema/path.ts";
import { isSameOutcomes, outcomeKey } from "#core/simulate/outcome-key.ts";
import { formatShare } from "#core/view/outcome-words.ts";
import type { SimulationView } from "#core/view/simulation.ts";

/** All that can come of the request, now and with the change. Each outcome opens on its own; the first is open. */
export function SimulationResult({ view }: { readonly view: SimulationView }) {
  const { now, changed, diagnostics } = view;
  const [side, setSide] = useState<"now" | "changed">("changed");
  const shown = changed === null || side === "now" ? now : changed;
  const isSame = changed !== null && isSameOutcomes(changed, now);
  return (
    <div className="flex flex-col gap-3">
      {diagnostics.map(({ severity, message, hint, path }) => (
        <Notice
          key={`${message} ${formatPath(path ?? [])}`}
          tone={severity === "error" ? "bad" : severity === "warning" ? "warn" : "neutral"}
          title={message}
        >
          {[path === undefined ? "" : formatPath(path), hint ?? ""].filter(Boolean).join(": ")}
        </Notice>
      ))}
      {changed === null ? null : (
        <div className="flex flex-wrap items-center gap-3">
          <Segmented
            label="Configuration"
            value={side}
            options={[
              { value: "changed", label: "With the change" },
              { value: "now", label: "As it is" },
            ]}
            onValueChange={setSide}
          />
          <span className="text-muted text-sm">
            {isSame
              ? "The change makes no difference to this request"
              : "The change makes a difference to this request"}
          </span>
        </div>
      )}
      {shown.outcomes.map((outcome, index) => (
        <OutcomeCard key={`${side} ${outcomeKey(outcome)}`} outcome={outcome} isOpen={index === 0} />
      ))}
      {shown.leftOut > 0 ? (
        <Notice title={`${formatShare(shown.leftOut)} go in more ways than are followed`}>
          Weights, faults and endpoints together make more outcomes than are told of.
        </Notice>
      ) : null}
    </div>
  );
}
