/** Of what is new in a store: "revisions" of the configuration, "revocations" of identities, "credentials". */
export type Topic = "revisions" | "revocations" | "credentials";

/**
 * The one way in which a part of the server hears that another wrote something it keeps in memory. A notice carries nothing: what
 * is new is read from the store, so that it may as well come from another process, twice, or late.
 */
export interface Notify {
  /** Resolves when all who listen have taken it; rejects with what went wrong with one of them, after all were told. */
  tell(topic: Topic): Promise<void>;
  /** Calls `listener` at each notice, until the function that it returns is called. */
  on(topic: Topic, listener: () => void | Promise<void>): () => void;
}
