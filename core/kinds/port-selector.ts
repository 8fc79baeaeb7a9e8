export interface PortSelector {
  readonly number?: number;
}
