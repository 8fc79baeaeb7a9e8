"use client";
import { History } from "lucide-react";
import { useRange } from "#components/shell/use-range.ts";
import { parseMoment, toField } from "#components/topology/moment.ts";
import type { TopologyState } from "#components/topology/use-topology-state.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Popover } from "#components/ui/popover.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { useNow } from "#components/ui/use-now.ts";

/** How far back the slider goes; any time can be written. */
const SLIDER_MS = 7 * 86_400_000;
const STEP_MS = 60_000;

/** Up to when the graph is drawn, and beside which other time. The length of both is the range's. */
export function MomentMenu({ state }: { readonly state: TopologyState }) {
  const { atMs, thanMs, setMoment } = state;
  const range = useRange();
  const nowMs = useNow(60_000) ?? 0;
  const title = atMs === undefined ? "Now" : new Date(atMs).toLocaleString();
  return (
    <Popover
      title={`${range.label.replace(/^Last/, "The last")} before a moment`}
      trigger={
        <button type="button" data-testid="moment" className={buttonClass("secondary")}>
          <History aria-hidden /> {thanMs === undefined ? title : "Compared"}
        </button>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Until">
          <TextInput
            type="datetime-local"
            step={1}
            data-testid="moment-at"
            value={toField(atMs)}
            onValueChange={(text) => setMoment("at", parseMoment(text))}
          />
        </Field>
        <input
          type="range"
          aria-label="Until, in the last seven days"
          className="w-full accent-accent"
          min={nowMs - SLIDER_MS}
          max={nowMs}
          step={STEP_MS}
          value={atMs ?? nowMs}
          onChange={({ target }) => {
            const ms = Number(target.value);
            setMoment("at", ms >= nowMs - STEP_MS ? undefined : ms);
          }}
        />
        <Field label="Compared with the same time before">
          <TextInput
            type="datetime-local"
            step={1}
            data-testid="moment-than"
            value={toField(thanMs)}
            onValueChange={(text) => setMoment("than", parseMoment(text))}
          />
        </Field>
        {thanMs === undefined ? (
          <Button size="sm" onClick={() => setMoment("than", (atMs ?? nowMs) - range.seconds * 1000)}>
            Compare with the range before
          </Button>
        ) : (
          <p className="text-muted text-xs">
            Solid and thick: new. Dotted: gone. Dashed: changed in rate, errors, latency or mTLS. Faint: as it was.
          </p>
        )}
        {atMs === undefined && thanMs === undefined ? null : (
          <Button
            size="sm"
            onClick={() => {
              setMoment("than", undefined);
              setMoment("at", undefined);
            }}
          >
            Back to now
          </Button>
        )}
      </div>
    </Popover>
  );
}
