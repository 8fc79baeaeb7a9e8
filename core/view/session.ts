export type Role = "viewer" | "operator" | "admin";

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
  readonly issuedTo: string;
  readonly authenticatedBy: "token" | "certificate";
}
