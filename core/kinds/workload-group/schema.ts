import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";

export interface WorkloadGroupSpec {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** What each instance that joins the group starts from. */
  readonly template: WorkloadEntrySpec;
  readonly probe?: WorkloadProbe;
}

/** Exactly one of the four ways. Left out or 0, as in Kubernetes: no delay, 1 s to answer, every 10 s, one success, three failures. */
export interface WorkloadProbe {
  readonly httpGet?: {
    readonly path?: string;
    readonly port: number;
    readonly host?: string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name?: string; readonly value?: string }[];
  };
  readonly tcpSocket?: { readonly host?: string; readonly port: number };
  readonly exec?: { readonly command: readonly string[] };
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}
