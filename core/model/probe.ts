/** How an agent finds out whether its application is well. */
export interface Probe {
  /** Undefined where nothing that agents can ask is written. */
  readonly question: ProbeQuestion | undefined;
  readonly initialDelaySeconds: number;
  readonly timeoutSeconds: number;
  readonly periodSeconds: number;
  /** So many answers in a row are believed. */
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** Where a host is absent the application is asked beside its agent. */
export type ProbeQuestion =
  | {
      readonly kind: "http";
      readonly host: string | undefined;
      readonly port: number;
      readonly isTls: boolean;
      readonly path: string;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    }
  | { readonly kind: "tcp"; readonly host: string | undefined; readonly port: number }
  | { readonly kind: "grpc"; readonly port: number; readonly service: string };
