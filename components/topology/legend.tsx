"use client";
import { Info, Lock, LockOpen, ShieldX } from "lucide-react";
import { KIND_LOOK } from "#components/topology/node-card.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import { HEALTH_LOOK } from "#components/ui/health-mark.tsx";
import { Popover } from "#components/ui/popover.tsx";
import type { HealthStatus } from "#core/graph/graph.ts";

const LINES: readonly { readonly status: HealthStatus; readonly dash: string; readonly color: string }[] = [
  { status: "healthy", dash: "", color: "var(--ok)" },
  { status: "degraded", dash: "9 4", color: "var(--warn)" },
  { status: "failure", dash: "4 3", color: "var(--bad)" },
  { status: "idle", dash: "1 3", color: "var(--idle)" },
];

/** What shapes, lines and colours mean. */
export function Legend() {
  return (
    <div className="absolute right-4 bottom-4">
      <Popover
        title="Legend"
        className="w-64"
        trigger={
          <button type="button" className={cx(buttonClass("secondary", "sm"))}>
            <Info aria-hidden /> Legend
          </button>
        }
      >
        <div className="grid grid-cols-2 gap-x-4 gap-y-1.5 text-muted text-xs">
          {Object.values(KIND_LOOK).map(({ word, icon: Icon }) => (
            <span key={word} className="flex items-center gap-2">
              <Icon aria-hidden className="size-3.5 text-subtle" /> {word}
            </span>
          ))}
        </div>
        <ul className="mt-3 flex flex-col gap-1.5 border-line border-t pt-3 text-muted text-xs">
          {LINES.map(({ status, dash, color }) => {
            const { icon: Icon, word, mark } = HEALTH_LOOK[status];
            return (
              <li key={status} className="flex items-center gap-2">
                <svg aria-hidden viewBox="0 0 32 6" className="h-1.5 w-8">
                  <line x1="0" y1="3" x2="32" y2="3" stroke={color} strokeWidth="2" strokeDasharray={dash} />
                </svg>
                <Icon aria-hidden className={cx("size-3.5", mark)} /> {word}
              </li>
            );
          })}
          <li className="flex items-center gap-2">
            <ShieldX aria-hidden className="ml-9 size-3.5 text-bad" /> Refused by an authorization policy
          </li>
          <li className="flex items-center gap-2">
            <Lock aria-hidden className="ml-9 size-3.5 text-ok" /> All of it mTLS
          </li>
          <li className="flex items-center gap-2">
            <LockOpen aria-hidden className="ml-9 size-3.5 text-warn" /> Some or all in plain text
          </li>
          <li className="pt-1 text-subtle">The thicker a line, the more requests.</li>
        </ul>
      </Popover>
    </div>
  );
}
