import { Badge } from "#components/ui/badge.tsx";
import { HEADER_PARTS, type TappedHeaders } from "#core/telemetry/tapped-header.ts";

/** Headers and trailers as they went over the wire; of secrets their names alone. */
export function TappedHeadersList({ headers }: { readonly headers: TappedHeaders }) {
  return (
    <div className="flex flex-col gap-3" data-testid="tapped-headers">
      {(Object.keys(HEADER_PARTS) as (keyof typeof HEADER_PARTS)[]).map((part) =>
        headers[part].length === 0 ? null : (
          <section key={part} aria-label={HEADER_PARTS[part]}>
            <h3 className="mb-1 font-medium text-muted text-xs">{HEADER_PARTS[part]}</h3>
            <dl className="flex flex-col gap-0.5 rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs">
              {headers[part].map(({ name, value, isRedacted }, index) => (
                // A name may stand there more than once, and nothing of it moves.
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <div key={index} className="[overflow-wrap:anywhere]">
                  <dt className="inline text-subtle">{name}: </dt>
                  <dd className="inline text-ink">{isRedacted ? <Badge tone="neutral">redacted</Badge> : value}</dd>
                </div>
              ))}
            </dl>
          </section>
        ),
      )}
      {headers.leftOut === 0 ? null : (
        <p className="text-muted text-sm">{headers.leftOut} more were too long to be shown.</p>
      )}
    </div>
  );
}
