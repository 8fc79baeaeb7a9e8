import type { HealthStatus } from "#core/graph/graph.ts";
import type { OverviewView } from "#core/view/service.ts";

export interface Verdict {
  readonly status: HealthStatus;
  readonly text: string;
}

/** One sentence on the whole mesh: the worst thing first, and "no data" never passes for "healthy". */
export function judgeMesh(overview: OverviewView): Verdict {
  const { services, proxies, diagnostics } = overview;
  const troubles = [
    overview.isDiskFull ? "The server's disk is full, so that changes and reports are refused" : null,
    counted(services.failing, "service is failing", "services are failing"),
    counted(proxies.refused, "proxy refused configuration", "proxies refused configuration"),
    counted(diagnostics.errors, "error in the configuration", "errors in the configuration"),
  ].filter((text) => text !== null);
  const cares = [
    counted(services.degraded, "service is degraded", "services are degraded"),
    counted(proxies.stale, "proxy is not up to date yet", "proxies are not up to date yet"),
    counted(
      overview.certificatesExpiringSoon,
      "certificate expires within the hour",
      "certificates expire within the hour",
    ),
    counted(diagnostics.warnings, "warning about the configuration", "warnings about the configuration"),
  ].filter((text) => text !== null);
  if (troubles.length > 0) return { status: "failure", text: sentence([...troubles, ...cares]) };
  if (cares.length > 0) return { status: "degraded", text: sentence(cares) };
  if (services.total === 0) return { status: "unknown", text: "No service has been registered yet." };
  if (overview.requestsPerSecond === null) return { status: "unknown", text: "No traffic was recorded in this range." };
  return { status: "healthy", text: `All ${services.total} services are healthy.` };
}

function counted(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : many}`;
}

function sentence(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return `${parts.length === 1 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`}.`;
}
