import type { CredentialFacts } from "#core/registry/credential.ts";

/** A credential as people see it. Its private key is nowhere in it. */
export interface CredentialView {
  readonly namespace: string;
  readonly name: string;
  readonly facts: CredentialFacts;
  /** ISO 8601. */
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** What came of applying one. */
export interface CredentialApplied extends CredentialView {
  readonly outcome: "created" | "updated" | "unchanged";
  /** What is worth a look: it has ended, or ends soon. */
  readonly warnings: readonly string[];
}
