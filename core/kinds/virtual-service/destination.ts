import type { PortSelector } from "#core/kinds/port-selector.ts";

/** A service, by name as in the resource's namespace, and maybe one of its subsets. */
export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: PortSelector;
}
