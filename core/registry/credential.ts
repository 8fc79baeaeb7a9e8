/** Within this before it ends, a certificate that people renew is worth a look. */
export const ENDS_SOON_MS = 14 * 24 * 3_600_000;

/** What may be known of a certificate by everybody. */
export interface CertificateFacts {
  /** "CN=shop.example.com", in one line. */
  readonly subject: string;
  readonly issuer: string;
  /** Its subject alternative names: DNS names and addresses as they are written in URLs, URIs whole. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** SHA-256 of its DER, lower-case hex. */
  readonly fingerprint: string;
}

/** What is known of the lists of revoked certificates beside authorities. */
export interface RevocationFacts {
  readonly lists: readonly RevocationListFacts[];
  /** Subjects of the authorities that have none: with any list, Envoy refuses whom they issued a certificate. */
  readonly withoutList: readonly string[];
}

export interface RevocationListFacts {
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly thisUpdateMs: number;
  /** Absent of one that never ends. */
  readonly nextUpdateMs?: number;
}

/** What is known of a credential without its private key: `damaged` cannot be opened, and has to be applied again. */
export type CredentialFacts =
  | { readonly kind: "damaged" }
  | {
      readonly kind: "usable";
      /** Hash of all that it holds, the private key included. */
      readonly digest: string;
      /** The certificate that is shown; absent where it holds authorities alone. */
      readonly certificate?: CertificateFacts;
      /** Authorities by which peers are checked; may be empty. */
      readonly roots: readonly CertificateFacts[];
      /** Absent where it holds no revocation list. */
      readonly revocation?: RevocationFacts;
    };

/** Facts of credentials by `namespace/name`. */
export type CredentialTable = Readonly<Record<string, CredentialFacts>>;
