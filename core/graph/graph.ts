/** What a node stands for. */
export const GRAPH_VIEWS = ["service", "workload", "app", "versioned-app"] as const;
export type GraphView = (typeof GRAPH_VIEWS)[number];

/** Two ends of a drawn edge: ids of nodes, or `namespace:NAME` for all of a namespace. One alone means anybody at the other. */
export interface GraphEnds {
  readonly view: GraphView;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export type HealthStatus = "healthy" | "degraded" | "failure" | "idle" | "unknown";

export interface Health {
  readonly status: HealthStatus;
  /** One sentence with the figure that decided: "12.0 % of 20 requests/s answered 5xx". */
  readonly reason: string;
  /** The same as short as can be, beside the status: "5xx 12 % ≥ 10 %"; absent where the status says it all. */
  readonly cause?: string;
}

export interface GraphNode {
  /** Stable over refreshes. */
  readonly id: string;
  readonly kind: "service" | "workload" | "app" | "gateway" | "unknown";
  readonly namespace: string;
  readonly name: string;
  readonly app?: string;
  readonly version?: string;
  readonly workload?: string;
  /** Host name, for services. */
  readonly service?: string;
  readonly health: Health;
  /** No measured caller: traffic enters the mesh here. */
  readonly isRoot: boolean;
  readonly requestsPerSecondIn: number;
  readonly requestsPerSecondOut: number;
  readonly errorPercentIn: number;
}

export interface GraphResponse {
  readonly code: number;
  readonly flags: string;
  readonly requestsPerSecond: number;
  /** gRPC status, for gRPC. */
  readonly grpcStatus?: string;
  /** Requests per second by host that they were for. */
  readonly hosts?: Readonly<Record<string, number>>;
}

export interface GraphEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly protocol: "http" | "grpc" | "tcp";
  readonly requestsPerSecond: number;
  /** Copies that routes' mirrors made, in no other figure; absent where there are none. */
  readonly mirroredPerSecond?: number;
  /**
   * Of these, what the caller alone tells of: the called end, which is there to report, has not seen them; absent where there
   * are none. They count here, and for the called end as far as that is likely.
   */
  readonly unseenPerSecond?: number;
  /** Where these stayed: "blocked by the caller's own proxy"; absent where there are none. */
  readonly unseenReason?: string;
  /** 4xx, 5xx, gRPC errors, refused and unanswered, in percent of all. */
  readonly errorPercent: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** Null when no reporter could tell. */
  readonly mtlsPercent: number | null;
  readonly health: Health;
  readonly responses: readonly GraphResponse[];
  /** `AuthorizationPolicy/NAMESPACE/NAME` of what refused. */
  readonly deniedBy: readonly string[];
  readonly bytesPerSecond: number;
  readonly requestBytesPerSecond?: number;
  /** Hosts that the requests were for. */
  readonly destinationServices: readonly string[];
  readonly sourcePrincipals?: readonly string[];
  readonly destinationPrincipals?: readonly string[];
  /** Where callers without a certificate send from, those who send most first; "other" stands for what there were too many of. */
  readonly sourceAddresses?: readonly SourceAddress[];
}

export interface SourceAddress {
  readonly address: string;
  readonly requestsPerSecond: number;
}

export interface Graph {
  readonly view: GraphView;
  readonly startMs: number;
  readonly endMs: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Time for which some proxy's requests are not told of. */
  readonly gaps: readonly {
    readonly startMs: number;
    readonly endMs: number;
    readonly workload: string;
    readonly reason: string;
    readonly requests: number;
  }[];
}

/** Traffic that came without mTLS, at least in part. */
export interface PlaintextEdge {
  /** Of the edge. */
  readonly id: string;
  /** Names of the two ends. */
  readonly source: string;
  readonly target: string;
  /** Requests that came without mTLS. */
  readonly perSecond: number;
  readonly mtlsPercent: number;
  /** Where they came from, for callers without a certificate. */
  readonly addresses: readonly SourceAddress[];
  /** What refused them; empty where they were let in. */
  readonly deniedBy: readonly string[];
}

export interface PlaintextView {
  /** Whether there was any traffic, with mTLS or without. */
  readonly hasTraffic: boolean;
  readonly edges: readonly PlaintextEdge[];
}
