import type { Role } from "#core/access/role.ts";
/** Who is asking. */
export interface PrincipalView {
  readonly name: string;
  readonly role: Role;
  readonly kind: "user" | "token";
}

export interface SessionView {
  readonly principal: PrincipalView | null;
  /** True when the console signed in by itself (demo on loopback): the shell says so. */
  readonly isDemoSignIn: boolean;
  /** True while no account exists: the sign-in page explains the setup link. */
  readonly needsSetup: boolean;
  readonly version: string;
  /** Where proxies and agents reach this server; null to those who are not signed in. */
  readonly xdsAddress: string | null;
}

export interface AuditView {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: "allowed" | "refused" | "failed";
  readonly reason: string;
  readonly from: string;
}

/** What a limit has refused one party since the server started. */
export interface RefusalView {
  /** What there was too much of: "bytes in flight". */
  readonly limit: string;
  /** An identity, or the address of one that has shown none. */
  readonly party: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface JoinTokenView {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly group: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: "unused" | "used" | "expired" | "revoked";
}

export interface ApiTokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface IdentityView {
  readonly spiffeId: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Address and port of the caller. */
  readonly issuedTo: string;
  readonly authenticatedBy: "token" | "certificate";
  /** Id of the join token at the head of its chain of renewals; null where it is not known. */
  readonly grantId: string | null;
  /** SHA-256 of the certificate, lower-case hex; empty where it is not known. */
  readonly fingerprint: string;
  /** What makes it worthless, if anything does. */
  readonly revocation: RevocationView | null;
}

export const REVOCATION_KINDS = ["identity", "namespace", "certificate", "token"] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

/** Something that is not believed any more, or was not for a time. */
export interface RevocationView {
  readonly id: string;
  readonly kind: RevocationKind;
  /** SPIFFE id, namespace, serial in lower-case hex, or the id of a join token. */
  readonly subject: string;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly lifted: { readonly at: string; readonly by: string; readonly reason: string } | null;
}

export interface RevocationResult extends RevocationView {
  /** Certificates in their time that are revoked now, by this or by another. */
  readonly certificates: number;
}
