import type { AuditView } from "#core/view/session.ts";

export interface AuditLine {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: AuditView["outcome"];
  readonly reason: string;
  /** Address of the caller. */
  readonly from: string;
}
