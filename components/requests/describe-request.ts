import { formatBytes } from "#components/format/format-bytes.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** What is known of a request, in words; nothing of what is not. */
export function describeRequest(request: RequestRecord): { readonly term: string; readonly value: string }[] {
  const { weight, attempts, responseFlags, grpcStatus, upstreamHost } = request;
  const items: readonly (readonly [string, string | null])[] = [
    ["Started", new Date(request.startMs).toISOString()],
    ["Took", formatMillis(request.durationMs)],
    ["Asked for", `${request.method} ${request.authority}${request.path}`],
    ["Path template", request.pathTemplate],
    ["Answer", [request.responseCode || "none", grpcStatus && `gRPC ${grpcStatus}`].filter(Boolean).join(", ")],
    ["Flags", responseFlags === "-" ? null : responseFlags],
    ["Details", request.responseCodeDetails],
    ["Caller", known(`${request.sourceNamespace}/${request.sourceWorkload}`, request.sourceVersion)],
    ["Caller's principal", request.sourcePrincipal],
    ["Caller's address", request.sourceAddress],
    ["Service", `${request.destinationService}:${request.destinationPort}`],
    ["Workload", known(`${request.destinationNamespace}/${request.destinationWorkload}`, request.destinationVersion)],
    ["Subset", request.subset],
    ["Route", [request.routeName, request.routeResource, request.routePath].filter(Boolean).join(", ")],
    ["Endpoint", upstreamHost],
    ["Connection failure", request.upstreamFailure],
    ["Tries", attempts === 0 ? null : String(attempts)],
    ["mTLS", { mutual_tls: "yes", none: "no" }[request.security] ?? null],
    ["Bytes", `${formatBytes(request.requestBytes)} received, ${formatBytes(request.responseBytes)} sent`],
    ["Configuration", request.revision === null ? null : `revision ${request.revision} was the newest as it began`],
    ["Request id", request.requestId],
    ["Told by", request.reporter === "source" ? "the caller's proxy" : "the called end's proxy"],
    ["Stands for", weight <= 1 ? "itself alone" : `about ${Math.round(weight)} requests of its kind`],
  ];
  return items.flatMap(([term, value]) => (value === null || value === "" ? [] : [{ term, value }]));
}

function known(name: string, version: string): string {
  return version === "unknown" || version === "" ? name : `${name}, version ${version}`;
}
