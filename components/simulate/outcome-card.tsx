"use client";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { HopSteps } from "#components/simulate/hop-steps.tsx";
import { headlineOf, toneOf } from "#components/simulate/outcome-headline.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { addressOf, formatShare, locationOf, othersOf } from "#core/view/outcome-words.ts";
import type { OutcomeView } from "#core/view/simulation.ts";

/** One outcome with its share; opened, the steps at each proxy. */
export function OutcomeCard({ outcome, isOpen }: { readonly outcome: OutcomeView; readonly isOpen: boolean }) {
  const [isShown, setShown] = useState(isOpen);
  const id = useId();
  const { share, details, security, endpoints, delayMs } = outcome;
  const location = locationOf(outcome);
  const facts = [
    details,
    endpoints.length === 0 ? "" : `${addressOf(outcome)}${othersOf(outcome)}`,
    location === undefined ? "" : `to ${location}`,
    delayMs === 0 ? "" : `after ${delayMs} ms`,
  ].filter(Boolean);
  const Chevron = isShown ? ChevronDown : ChevronRight;
  return (
    <Card isFlush testId="outcome">
      <button
        type="button"
        aria-expanded={isShown}
        aria-controls={id}
        className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-4 py-3 text-left hover:bg-hover"
        onClick={() => setShown(!isShown)}
      >
        <Chevron aria-hidden className="size-4 shrink-0 text-subtle" />
        <span className="tabular w-16 shrink-0 font-medium text-ink">{formatShare(share)}</span>
        <Badge tone={toneOf(outcome)}>{headlineOf(outcome)}</Badge>
        {security === null ? null : <Badge>{security}</Badge>}
        <span className="min-w-0 break-all text-muted text-xs">{facts.join(" · ")}</span>
      </button>
      <div id={id} hidden={!isShown} className="border-line border-t px-4 pt-3 pb-4">
        <HopSteps hops={outcome.hops} />
        <HeaderList title="As it arrives" headers={outcome.request} />
        <HeaderList title="What proxies put on the answer" headers={outcome.response} />
      </div>
    </Card>
  );
}

function HeaderList({ title, headers }: { readonly title: string; readonly headers: OutcomeView["request"] }) {
  if (headers === null || headers.length === 0) return null;
  return (
    <details className="mt-3">
      <summary className="cursor-pointer rounded-sm text-muted text-sm">{title}</summary>
      <dl className="mt-2 grid grid-cols-[minmax(0,max-content)_minmax(0,1fr)] gap-x-4 gap-y-1 font-mono text-xs">
        {headers.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="break-all text-subtle">{name}</dt>
            <dd className="break-all text-ink">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
