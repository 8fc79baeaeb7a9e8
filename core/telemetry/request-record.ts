import type { RequestClass } from "#core/telemetry/request-class.ts";

/** One request as one of its ends saw it: kept for what it shows, or drawn as one of many. */
export interface RequestRecord {
  /** Its own, for ever. */
  readonly id: string;
  readonly startMs: number;
  readonly reporter: "source" | "destination";
  readonly durationMs: number;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** The path with what differs from request to request taken out: "/reviews/{}". */
  readonly pathTemplate: string;
  readonly authority: string;
  /** http or grpc. */
  readonly protocol: string;
  readonly responseCode: number;
  /** Empty where it is no gRPC. */
  readonly grpcStatus: string;
  readonly responseFlags: string;
  readonly responseCodeDetails: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly traceId: string | null;
  readonly requestId: string | null;
  readonly sourceWorkload: string;
  readonly sourceNamespace: string;
  readonly sourceVersion: string;
  readonly sourcePrincipal: string | null;
  /** Of callers without a certificate; empty otherwise. */
  readonly sourceAddress: string;
  readonly destinationService: string;
  readonly destinationPort: number;
  readonly destinationWorkload: string;
  readonly destinationNamespace: string;
  readonly destinationVersion: string;
  readonly destinationPrincipal: string | null;
  readonly security: string;
  readonly subset: string | null;
  readonly routeName: string | null;
  /** `VirtualService/NAMESPACE/NAME` whose route it took, and where in it: `spec.http[0]`. */
  readonly routeResource: string | null;
  readonly routePath: string | null;
  /** Where it was sent, and why the connection there failed. */
  readonly upstreamHost: string | null;
  readonly upstreamFailure: string | null;
  /** How often it was sent on; 0 where that is not known. */
  readonly attempts: number;
  /** What refused: as Envoy names it, and in words (`AuthorizationPolicy/NAMESPACE/NAME`). */
  readonly deniedBy: string | null;
  readonly policy: string | null;
  readonly fromGateway: boolean;
  readonly class: RequestClass;
  /** For how many requests of its kind it stands, itself among them. */
  readonly weight: number;
  /** The configuration's revision as it began; null where nobody noted it. */
  readonly revision: number | null;
}
