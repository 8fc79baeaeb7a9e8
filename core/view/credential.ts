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

/** One of the list. */
export interface ListedCredential extends CredentialView {
  /** Refs of what names it, and is given it: without it these serve nothing in its place. */
  readonly namedBy: readonly string[];
}

/** What came of deleting one. */
export interface CredentialRemoved {
  /** Refs of what named it: it is told what no longer serves. */
  readonly namedBy: readonly string[];
}

/** What came of applying one. */
export interface CredentialApplied extends CredentialView {
  readonly outcome: "created" | "updated" | "unchanged";
  /** What is worth a look: it has ended, or ends soon. */
  readonly warnings: readonly string[];
}
