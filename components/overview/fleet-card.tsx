import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ShareBar } from "#components/ui/share-bar.tsx";
import type { OverviewView } from "#core/view/service.ts";

/** The proxies and the configuration they run. */
export function FleetCard({ overview }: { readonly overview: OverviewView }) {
  const { proxies, certificatesExpiringSoon, diagnostics, revision } = overview;
  const away = Math.max(0, proxies.total - proxies.synced - proxies.stale - proxies.refused);
  return (
    <Card
      title="Proxies"
      actions={
        <ButtonLink size="sm" variant="ghost" className="-mr-2.5" href="/proxies">
          All proxies
        </ButtonLink>
      }
    >
      {proxies.total === 0 ? (
        <p className="text-muted text-sm">
          No proxy has connected yet. Make a join token under Security, and start an agent with it.
        </p>
      ) : (
        <ShareBar
          label="Proxies by state"
          parts={[
            { label: "Have the newest configuration", count: proxies.synced, tone: "ok" },
            { label: "Not acknowledged yet", count: proxies.stale, tone: "warn" },
            { label: "Refused it", count: proxies.refused, tone: "bad" },
            { label: "Away", count: away, tone: "neutral" },
          ]}
        />
      )}
      <ul className="mt-4 flex flex-col gap-0.5 border-line border-t pt-3 text-sm">
        <Line href="/changes" text="Newest revision" value={revision === 0 ? "none yet" : String(revision)} />
        <Line
          href="/proxies"
          text="Certificates that expire within the hour"
          value={String(certificatesExpiringSoon)}
          isAlarming={certificatesExpiringSoon > 0}
        />
        <Line
          href="/traffic"
          text="Errors in the configuration"
          value={String(diagnostics.errors)}
          isAlarming={diagnostics.errors > 0}
        />
        <Line
          href="/traffic"
          text="Warnings about the configuration"
          value={String(diagnostics.warnings)}
          isAlarming={diagnostics.warnings > 0}
        />
      </ul>
    </Card>
  );
}

function Line({
  href,
  text,
  value,
  isAlarming = false,
}: {
  readonly href: string;
  readonly text: string;
  readonly value: string;
  readonly isAlarming?: boolean;
}) {
  return (
    <li className="flex items-center justify-between gap-3">
      <Link href={href} className="inline-flex min-h-6 items-center text-muted hover:text-ink hover:underline">
        {text}
      </Link>
      <span className="tabular inline-flex items-center gap-1 font-medium text-ink">
        {isAlarming ? <TriangleAlert aria-hidden className="size-3.5 text-warn" /> : null}
        {value}
      </span>
    </li>
  );
}
