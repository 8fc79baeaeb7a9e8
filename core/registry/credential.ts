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
    };

/** Facts of credentials by `namespace/name`. */
export type CredentialTable = Readonly<Record<string, CredentialFacts>>;
