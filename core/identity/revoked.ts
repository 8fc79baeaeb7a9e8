/** What is revoked, as it crosses the thread: what to tell whoever shows it, by name. */
export interface Revoked {
  readonly namespaces: ReadonlyMap<string, string>;
  readonly identities: ReadonlyMap<string, string>;
  readonly serials: ReadonlyMap<string, string>;
  /** PEM by the root's fingerprint; empty while nothing is revoked. */
  readonly lists: ReadonlyMap<string, string>;
}

export const NOTHING_REVOKED: Revoked = {
  namespaces: new Map(),
  identities: new Map(),
  serials: new Map(),
  lists: new Map(),
};
