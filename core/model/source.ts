import type { Path } from "#core/schema/path.ts";

/** The object that something of the model was read from. */
export interface Source {
  /** `ServiceEntry/default/reviews` */
  readonly ref: string;
  /** Where in it; empty for the object itself. */
  readonly path: Path;
}
