/** 0 to 100. */
export interface Percent {
  readonly value?: number;
}
