export interface SimulateLink {
  /** A workload (`productpage-v1.default`), or empty where it is to be chosen. */
  readonly from: string;
  readonly host: string;
  readonly port: number;
  /** Not HTTP: a connection. */
  readonly isTcp?: boolean;
}

/** A request to follow, begun with what is known where the link stands; with a caller it is answered at once. */
export function simulateHref({ from, host, port, isTcp = false }: SimulateLink): string {
  const url = isTcp ? `tcp://${host}:${port}` : `http://${host}${port === 80 ? "" : `:${port}`}/`;
  return `/simulate?${new URLSearchParams(from === "" ? { url } : { from, url }).toString()}`;
}
