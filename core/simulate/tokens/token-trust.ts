/** A public key, or a secret, as RFC 7517 writes it. */
export type JsonWebKey = Readonly<Record<string, unknown>>;

/**
 * What the engine has no part in by itself: the time, and cryptography. Whoever runs it brings both (`node/verify-signature.ts`);
 * without them tokens are not evaluated, and it is said so.
 */
export interface TokenTrust {
  readonly nowMs: () => number;
  /** Whether a signature over a text is the key's, by the algorithm of RFC 7518 that a token names. */
  readonly verify: (key: JsonWebKey, algorithm: string, text: string, signature: Uint8Array) => boolean;
}
