/** A header of a tapped request as it left its host. */
export interface TappedHeader {
  readonly name: string;
  /** Empty where it is redacted. */
  readonly value: string;
  readonly isRedacted: boolean;
}

export interface TappedHeaders {
  readonly request: readonly TappedHeader[];
  readonly requestTrailers: readonly TappedHeader[];
  readonly response: readonly TappedHeader[];
  readonly responseTrailers: readonly TappedHeader[];
  /** Beyond what one request may tell. */
  readonly leftOut: number;
}

/** In the order in which they went over the wire, with what each is called. */
export const HEADER_PARTS = {
  request: "Request headers",
  requestTrailers: "Request trailers",
  response: "Response headers",
  responseTrailers: "Response trailers",
} as const satisfies Partial<Record<keyof TappedHeaders, string>>;
