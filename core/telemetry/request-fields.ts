import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** What requests are asked for, told apart and shown by. */
interface FieldOf<Name extends keyof RequestRecord> {
  readonly of: Name;
  readonly type: RequestRecord[Name] extends string | null ? "text" : "number" | "flag";
  readonly label: string;
  /** Of few values: counts of each are told beside a list. */
  readonly isFacet?: true;
  /** Bare words of a query are looked for in it. */
  readonly isSearched?: true;
}

const field = <Name extends keyof RequestRecord>(
  of: Name,
  type: FieldOf<Name>["type"],
  label: string,
  more: Pick<FieldOf<Name>, "isFacet" | "isSearched"> = {},
): FieldOf<Name> => ({ of, type, label, ...more });

/** By their names in queries; facets stand in this order. */
export const REQUEST_FIELDS = {
  class: field("class", "text", "Class", { isFacet: true }),
  code: field("responseCode", "number", "Code", { isFacet: true }),
  flags: field("responseFlags", "text", "Flags", { isFacet: true }),
  policy: field("policy", "text", "Refused by", { isFacet: true, isSearched: true }),
  service: field("destinationService", "text", "Service", { isFacet: true, isSearched: true }),
  caller: field("sourceWorkload", "text", "Caller", { isFacet: true, isSearched: true }),
  method: field("method", "text", "Method", { isFacet: true }),
  template: field("pathTemplate", "text", "Path template", { isFacet: true }),
  workload: field("destinationWorkload", "text", "Workload", { isFacet: true, isSearched: true }),
  version: field("destinationVersion", "text", "Version", { isFacet: true }),
  subset: field("subset", "text", "Subset", { isFacet: true }),
  route: field("routeName", "text", "Route", { isFacet: true }),
  virtualservice: field("routeResource", "text", "Routed by", { isFacet: true, isSearched: true }),
  rule: field("routePath", "text", "Route's rule"),
  principal: field("sourcePrincipal", "text", "Principal", { isFacet: true, isSearched: true }),
  protocol: field("protocol", "text", "Protocol", { isFacet: true }),
  grpc: field("grpcStatus", "text", "gRPC status", { isFacet: true }),
  mtls: field("security", "text", "mTLS", { isFacet: true }),
  details: field("responseCodeDetails", "text", "Details", { isFacet: true, isSearched: true }),
  tries: field("attempts", "number", "Tries", { isFacet: true }),
  upstream: field("upstreamHost", "text", "Endpoint", { isFacet: true, isSearched: true }),
  failure: field("upstreamFailure", "text", "Connection failure", { isFacet: true, isSearched: true }),
  revision: field("revision", "number", "Revision", { isFacet: true }),
  side: field("reporter", "text", "Told by", { isFacet: true }),
  namespace: field("destinationNamespace", "text", "Namespace", { isFacet: true }),
  callernamespace: field("sourceNamespace", "text", "Caller's namespace", { isFacet: true }),
  callerversion: field("sourceVersion", "text", "Caller's version"),
  address: field("sourceAddress", "text", "Caller's address"),
  calledprincipal: field("destinationPrincipal", "text", "Called principal"),
  port: field("destinationPort", "number", "Port"),
  host: field("authority", "text", "Host", { isSearched: true }),
  path: field("path", "text", "Path", { isSearched: true }),
  duration: field("durationMs", "number", "Duration"),
  received: field("requestBytes", "number", "Bytes received"),
  sent: field("responseBytes", "number", "Bytes sent"),
  trace: field("traceId", "text", "Trace", { isSearched: true }),
  request: field("requestId", "text", "Request id", { isSearched: true }),
  id: field("id", "text", "Id"),
} as const;

export type RequestFieldName = keyof typeof REQUEST_FIELDS;

export const REQUEST_FIELD_NAMES = Object.keys(REQUEST_FIELDS) as readonly RequestFieldName[];
export const FACET_NAMES: readonly RequestFieldName[] = REQUEST_FIELD_NAMES.filter(
  (name) => "isFacet" in REQUEST_FIELDS[name],
);
export const SEARCHED_NAMES: readonly RequestFieldName[] = REQUEST_FIELD_NAMES.filter(
  (name) => "isSearched" in REQUEST_FIELDS[name],
);

export function isRequestField(name: string): name is RequestFieldName {
  return Object.hasOwn(REQUEST_FIELDS, name);
}

/** What a list may be sorted by. */
export const REQUEST_SORTS = ["start", "duration", "code", "received", "sent", "tries"] as const;
export type RequestSort = (typeof REQUEST_SORTS)[number];
