"use client";
import { SlidersHorizontal } from "lucide-react";
import { EDGE_LABELS, type EdgeLabel } from "#components/topology/edge-label.ts";
import type { TopologyState } from "#components/topology/use-topology-state.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Popover } from "#components/ui/popover.tsx";

const LABEL_WORD: Readonly<Record<EdgeLabel, string>> = {
  rate: "Requests per second",
  errors: "Errors in percent",
  p95: "95th percentile of latency",
  mtls: "Lock: mTLS",
};

/** What the graph shows beside nodes and lines. */
export function DisplayMenu({ state }: { readonly state: TopologyState }) {
  const { labels, setLabels, withIdle, isAnimated, setFlag } = state;
  const toggle = (label: EdgeLabel, isOn: boolean) =>
    setLabels(isOn ? [...labels, label] : labels.filter((other) => other !== label));
  return (
    <Popover
      title="Display"
      className="w-64"
      trigger={
        <button type="button" data-testid="display" className={buttonClass("secondary")}>
          <SlidersHorizontal aria-hidden /> Display
        </button>
      }
    >
      {state.asTable ? null : (
        <fieldset className="mb-3 flex flex-col gap-2">
          <legend className="mb-1.5 text-subtle text-xs">On each edge</legend>
          {EDGE_LABELS.map((label) => (
            <Checkbox
              key={label}
              label={LABEL_WORD[label]}
              isChecked={labels.includes(label)}
              onChange={(isOn) => toggle(label, isOn)}
            />
          ))}
        </fieldset>
      )}
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-subtle text-xs">Also show</legend>
        <Checkbox label="What is idle" isChecked={withIdle} onChange={(isOn) => setFlag("idle", isOn)} />
        {state.asTable ? null : (
          <Checkbox label="Traffic in motion" isChecked={isAnimated} onChange={(isOn) => setFlag("animate", isOn)} />
        )}
      </fieldset>
    </Popover>
  );
}
