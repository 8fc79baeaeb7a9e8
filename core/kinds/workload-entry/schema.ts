export interface WorkloadEntrySpec {
  /** IP address, DNS name or `unix:///path`. */
  readonly address?: string;
  /** Service port's name → port of the workload. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
  /** `region/zone/subzone` */
  readonly locality?: string;
  readonly weight?: number;
  readonly serviceAccount?: string;
}
