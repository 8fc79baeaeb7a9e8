/** A resource that bears on a service or workload, and why. */
export interface AppliedResource {
  readonly ref: string;
  readonly applies: boolean;
  readonly reason: string;
  readonly path?: string;
}
