/** What one request may tell of its headers: how many, of all parts together, and how much of each. */
export const TAPPED_HEADERS = { count: 128, nameChars: 256, valueChars: 2000 } as const;

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
