import { UNKNOWN } from "#core/model/workload-label.ts";

/** What stays of a label that a party may not choose, or that there are too many of. */
type Remainder<T> =
  /** It is the reporter's word, or one of few. */
  | "keep"
  /** The end that reports is known by its certificate; the other end is nobody's. */
  | "own"
  | "nobody"
  /** One of few values. */
  | ((value: T) => T);

/** One label that requests are counted by. */
interface Dimension<T extends string | number | boolean, Wire extends string> {
  readonly type: T extends string ? "text" : T extends number ? "integer" : "boolean";
  /** Its column, wherever rows are stored. */
  readonly column: string;
  /** The field of an agent's window that says it. */
  readonly wire: Wire;
  /** Which end of the request it describes. */
  readonly end: "source" | "destination" | "both";
  /** Names in Istio's standard metrics; none for what Istio has no label for. */
  readonly labels: readonly string[];
  /** Where nobody can tell. */
  readonly nobody: T;
  /** In the bucket of a reporter that has more sets of labels than it may. */
  readonly overflow: Remainder<T>;
  /** Told by an instance that is not registered. */
  readonly unregistered: Remainder<T>;
}

type Untyped<T extends string | number | boolean, Wire extends string> = Omit<Dimension<T, Wire>, "type">;

const text = <Wire extends string>(dimension: Untyped<string, Wire>): Dimension<string, Wire> => ({
  type: "text",
  ...dimension,
});
/** Text, one of few words. */
const word =
  <T extends string>() =>
  <Wire extends string>(dimension: Untyped<T, Wire>): Untyped<T, Wire> & { type: "text" } => ({
    type: "text",
    ...dimension,
  });
const integer = <Wire extends string>(dimension: Untyped<number, Wire>): Dimension<number, Wire> => ({
  type: "integer",
  ...dimension,
});
const flag = <Wire extends string>(dimension: Untyped<boolean, Wire>): Dimension<boolean, Wire> => ({
  type: "boolean",
  ...dimension,
});

/** 503 → 500; 0 for none, and nothing above 500. */
export function classOfCode(code: number): number {
  return Math.min(5, Math.floor(code / 100)) * 100;
}

/** "0" for success, "2" (UNKNOWN) for whatever else; empty for none. */
export function classOfStatus(status: string): string {
  return status === "" || status === "0" ? status : "2";
}

/** What the registry knows of an end, and its certificate does not. */
const REGISTERED = { nobody: UNKNOWN, overflow: "nobody", unregistered: "nobody" } as const;
/** What the certificate says of the end that reports. */
const CERTIFIED = { nobody: UNKNOWN, overflow: "own", unregistered: "own" } as const;
/** A word of few, checked as it comes. */
const ONE_OF_FEW = { end: "both", overflow: "keep", unregistered: "keep" } as const;

/**
 * The labels that requests are counted by: Istio's standard ones, and a few that it has none for. Columns, keys, the type of a row, labels
 * of metrics, and what is left of a label that may not be told are made of this table; nowhere else are all of them listed.
 */
export const DIMENSIONS = {
  /** The end that told. "mirror": the called end, of copies that a route's mirror made: no part of what callers asked. */
  reporter: word<"source" | "destination" | "mirror">()({
    ...ONE_OF_FEW,
    column: "reporter",
    wire: "reporter",
    labels: ["reporter"],
    nobody: "source",
  }),
  sourceWorkload: text({
    ...REGISTERED,
    end: "source",
    column: "source_workload",
    wire: "sourceWorkload",
    labels: ["source_workload"],
  }),
  sourceNamespace: text({
    ...CERTIFIED,
    end: "source",
    column: "source_namespace",
    wire: "sourceWorkloadNamespace",
    labels: ["source_workload_namespace"],
  }),
  sourceApp: text({
    ...REGISTERED,
    end: "source",
    column: "source_app",
    wire: "sourceApp",
    labels: ["source_app", "source_canonical_service"],
  }),
  sourceVersion: text({
    ...REGISTERED,
    end: "source",
    column: "source_version",
    wire: "sourceVersion",
    labels: ["source_version", "source_canonical_revision"],
  }),
  sourcePrincipal: text({
    ...CERTIFIED,
    end: "source",
    column: "source_principal",
    wire: "sourcePrincipal",
    labels: ["source_principal"],
  }),
  destinationWorkload: text({
    ...REGISTERED,
    end: "destination",
    column: "destination_workload",
    wire: "destinationWorkload",
    labels: ["destination_workload"],
  }),
  destinationNamespace: text({
    ...CERTIFIED,
    end: "destination",
    column: "destination_namespace",
    wire: "destinationWorkloadNamespace",
    labels: ["destination_workload_namespace"],
  }),
  destinationApp: text({
    ...REGISTERED,
    end: "destination",
    column: "destination_app",
    wire: "destinationApp",
    labels: ["destination_app", "destination_canonical_service"],
  }),
  destinationVersion: text({
    ...REGISTERED,
    end: "destination",
    column: "destination_version",
    wire: "destinationVersion",
    labels: ["destination_version", "destination_canonical_revision"],
  }),
  destinationPrincipal: text({
    ...CERTIFIED,
    end: "destination",
    column: "destination_principal",
    wire: "destinationPrincipal",
    labels: ["destination_principal"],
  }),
  /** Host name. */
  destinationService: text({
    ...REGISTERED,
    end: "both",
    column: "destination_service",
    wire: "destinationService",
    labels: ["destination_service"],
  }),
  destinationPort: integer({
    end: "both",
    column: "destination_port",
    wire: "destinationPort",
    labels: [],
    nobody: 0,
    overflow: "nobody",
    unregistered: "keep",
  }),
  protocol: word<"http" | "grpc" | "tcp">()({
    ...ONE_OF_FEW,
    column: "protocol",
    wire: "requestProtocol",
    labels: ["request_protocol"],
    nobody: "http",
  }),
  /** 0 when nothing was answered. Beyond the limits by its class: agents may say any number. */
  responseCode: integer({
    end: "both",
    column: "response_code",
    wire: "responseCode",
    labels: ["response_code"],
    nobody: 0,
    overflow: classOfCode,
    unregistered: "keep",
  }),
  /** Empty unless gRPC. */
  grpcStatus: text({
    end: "both",
    column: "grpc_status",
    wire: "grpcResponseStatus",
    labels: ["grpc_response_status"],
    nobody: "",
    overflow: classOfStatus,
    unregistered: "keep",
  }),
  /** "-" for none. */
  responseFlags: text({
    end: "both",
    column: "response_flags",
    wire: "responseFlags",
    labels: ["response_flags"],
    nobody: "-",
    overflow: (flags) => (flags === "-" ? "-" : UNKNOWN),
    unregistered: "keep",
  }),
  security: word<"mutual_tls" | "none" | "unknown">()({
    ...ONE_OF_FEW,
    column: "security",
    wire: "connectionSecurityPolicy",
    labels: ["connection_security_policy"],
    nobody: UNKNOWN,
  }),
  /** As Envoy names the policy; empty when none refused. */
  deniedBy: text({
    end: "both",
    column: "denied_by",
    wire: "deniedBy",
    labels: [],
    nobody: "",
    overflow: (policy) => (policy === "" ? "" : UNKNOWN),
    unregistered: "nobody",
  }),
  fromGateway: flag({
    end: "both",
    column: "from_gateway",
    wire: "fromGateway",
    labels: [],
    nobody: false,
    overflow: "keep",
    unregistered: "nobody",
  }),
  /** Of a caller without a certificate: its address, or "other" where there were too many; empty for the rest. */
  sourceAddress: text({
    end: "both",
    column: "source_address",
    wire: "sourceAddress",
    labels: [],
    nobody: "",
    overflow: "nobody",
    unregistered: "nobody",
  }),
  /** What rules of limits said of it, as limit-counts.ts writes it; empty where none counted it. */
  limitedBy: text({
    end: "both",
    column: "limited_by",
    wire: "limitedBy",
    labels: [],
    nobody: "",
    overflow: "nobody",
    unregistered: "nobody",
  }),
  /** What a Telemetry has its proxy write of it for labels of metrics, as written-tags.ts writes it; empty for nothing. */
  tags: text({
    end: "both",
    column: "tags",
    wire: "tags",
    labels: [],
    nobody: "",
    overflow: "nobody",
    unregistered: "nobody",
  }),
} as const;

export type DimensionName = keyof typeof DIMENSIONS;

type ValueOf<D> = D extends { readonly nobody: infer T } ? T : never;

/** The labels that requests are counted by, as values. What cannot be told is "unknown". */
export type TrafficKey = { readonly [Name in DimensionName]: ValueOf<(typeof DIMENSIONS)[Name]> };

/** The same labels by the fields of an agent's window. */
export type WireLabels = {
  readonly [Name in DimensionName as (typeof DIMENSIONS)[Name]["wire"]]: TrafficKey[Name];
};

export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly DimensionName[];
