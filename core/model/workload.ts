import type { Source } from "#core/model/source.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Something that can answer for a service, as far as it is known. */
export interface Workload {
  /** An agent registered it, it was written by hand, or it is what instances of a group will be. */
  readonly standing: "registered" | "written" | "expected";
  readonly namespace: string;
  /** Absent where it is written inside of a service. */
  readonly name: string | undefined;
  /** An IP address, a DNS name or `unix:///path`; absent where nobody says it. */
  readonly address: string | undefined;
  /** What selectors see. */
  readonly labels: Labels;
  /** Absent where nobody says it. */
  readonly serviceAccount: string | undefined;
  /** Name of the service port → where the application listens. */
  readonly ports: Readonly<Record<string, number>>;
  readonly weight: number;
  /** region/zone/subzone, or less of it; empty where nobody says it. */
  readonly locality: string;
  /** Absent for those that agents registered, and for those that are written inside of a service: they are of its source. */
  readonly source: Source | undefined;
}
