/** What a credential holds, PEM throughout. Either a pair, or authorities, or both. */
export interface CredentialMaterial {
  /** The certificate that is shown first, what leads to its authority behind it. */
  readonly certificate?: string;
  readonly key?: string;
  /** Authorities by which peers are checked. */
  readonly roots?: string;
  /** Lists of what these authorities have revoked: one of each. */
  readonly revocationList?: string;
}
