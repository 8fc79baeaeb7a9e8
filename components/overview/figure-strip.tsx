import { formatMillis } from "#components/format/format-millis.ts";
import { formatPercent } from "#components/format/format-percent.ts";
import { formatRate } from "#components/format/format-rate.ts";
import { Stat } from "#components/ui/stat.tsx";
import type { OverviewView } from "#core/view/service.ts";

/** The five figures one asks for first. */
export function FigureStrip({ overview }: { readonly overview: OverviewView }) {
  const { services } = overview;
  const troubled = services.failing + services.degraded;
  return (
    <section
      aria-label="Key figures"
      className="grid grid-cols-2 rounded-lg border border-line bg-surface sm:grid-cols-3 lg:grid-cols-5 [&>*]:px-4 [&>*]:py-3.5 lg:[&>*+*]:border-line lg:[&>*+*]:border-l"
    >
      <Stat
        label="Requests"
        testId="rate"
        value={formatRate(overview.requestsPerSecond)}
        {...(overview.requestsPerSecond === null ? {} : { unit: "/s" })}
        note="that enter the mesh now"
      />
      <Stat
        label="Errors"
        testId="errors"
        value={formatPercent(overview.errorPercent)}
        tone={errorTone(overview.errorPercent)}
        note="of all calls, inside the mesh too"
      />
      <Stat
        label="Latency, p95"
        testId="p95"
        value={formatMillis(overview.p95Ms)}
        note="of what enters; 95 of 100 are faster"
      />
      <Stat
        label="Healthy services"
        testId="healthy-services"
        value={services.total === 0 ? "–" : `${services.healthy}/${services.total}`}
        tone={services.failing > 0 ? "bad" : troubled > 0 ? "warn" : "plain"}
        note={services.total === 0 ? "none registered yet" : serviceNote(services)}
      />
      <Stat
        label="Encrypted with mTLS"
        testId="mtls"
        value={formatPercent(overview.mtlsPercent)}
        tone={overview.mtlsPercent !== null && overview.mtlsPercent < 100 ? "warn" : "plain"}
        note="of the traffic measured"
      />
    </section>
  );
}

function errorTone(percent: number | null): "plain" | "warn" | "bad" {
  if (percent === null || percent === 0) return "plain";
  return percent >= 10 ? "bad" : "warn";
}

function serviceNote({ failing, degraded, idle }: OverviewView["services"]): string {
  const parts = [
    failing > 0 ? `${failing} failing` : "",
    degraded > 0 ? `${degraded} degraded` : "",
    idle > 0 ? `${idle} without traffic` : "",
  ].filter(Boolean);
  return parts.length === 0 ? "none in trouble" : parts.join(", ");
}
