export interface RequestRecord {
  readonly startMs: number;
  readonly reporter: "source" | "destination";
  readonly durationMs: number;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly responseCode: number;
  readonly responseFlags: string;
  readonly responseCodeDetails: string;
  readonly traceId: string | null;
  readonly requestId: string | null;
  readonly sourceWorkload: string;
  readonly sourceNamespace: string;
  readonly sourcePrincipal: string | null;
  readonly destinationService: string;
  readonly destinationWorkload: string;
  readonly destinationNamespace: string;
  readonly destinationVersion: string;
  readonly routeName: string | null;
  readonly deniedBy: string | null;
}
