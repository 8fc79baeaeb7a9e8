import Link from "next/link";
import { resourceHref } from "#components/format/resource-href.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { HopView, OriginView, StepView } from "#core/view/simulation.ts";

const TONE = { found: "neutral", passed: "neutral", changed: "accent", ended: "bad" } as const satisfies Record<
  StepView["result"],
  Tone
>;

/** The steps at each proxy, in their order, with the objects that they were made from. */
export function HopSteps({ hops }: { readonly hops: readonly HopView[] }) {
  return (
    <div className="flex flex-col gap-4">
      {hops.map((hop) => (
        <section key={`${hop.side} ${hop.proxy}`} aria-label={`At ${hop.name}`}>
          <h3 className="mb-1.5 text-sm">
            <span className="text-subtle">{hop.side === "caller" ? "At" : "At the called"}</span>{" "}
            <Link
              href={`/proxies/${encodeURIComponent(hop.proxy)}`}
              className="rounded-sm font-medium text-accent-text underline"
            >
              {hop.name}
            </Link>
          </h3>
          <ol className="flex flex-col border-line border-l-2">
            {hop.steps.map((step, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps are told once and in this order.
              <li key={index} className="flex flex-col gap-0.5 py-1.5 pl-3 text-sm">
                <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
                  <Badge tone={TONE[step.result]}>{step.at}</Badge>
                  <span className="min-w-0 break-all font-medium text-ink">{step.title}</span>
                </p>
                <p className="break-words text-muted text-xs">{step.why}</p>
                {step.place === undefined ? null : (
                  <p className="break-all font-mono text-2xs text-subtle">
                    {step.place.type} {step.place.resource} {step.place.path}
                  </p>
                )}
                {step.origins.length === 0 ? null : <Origins origins={step.origins} />}
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

const SHOWN_MAX = 4;

function Origins({ origins }: { readonly origins: readonly OriginView[] }) {
  const shown = origins.slice(0, SHOWN_MAX);
  return (
    <p className="flex flex-wrap gap-x-3 text-xs">
      {shown.map(({ resource, path, line }) => (
        <span key={`${resource} ${path ?? ""}`}>
          <Link href={resourceHref(resource)} className="break-all rounded-sm text-accent-text underline">
            {resource}
          </Link>
          <span className="text-subtle">
            {path === undefined ? "" : ` ${path}`}
            {line === undefined ? "" : `, line ${line}`}
          </span>
        </span>
      ))}
      {origins.length > SHOWN_MAX ? <span className="text-subtle">and {origins.length - SHOWN_MAX} more</span> : null}
    </p>
  );
}
