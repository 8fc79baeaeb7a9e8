/** What an HTTP connection manager refuses before it looks for a route; undefined: nothing. */
export interface Refused {
  readonly status: number;
  readonly details: string;
  readonly location?: string;
  /** Before it is known what the caller speaks: plain HTTP, also to gRPC. */
  readonly isByCodec?: true;
}
