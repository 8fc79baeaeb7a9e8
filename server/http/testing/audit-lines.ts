import type { ApiClient } from "#cli/client/client.ts";
import type { AuditView } from "#core/view/session.ts";

/** Runs `attempt` and gives the audit lines of `action` that it left, as `admin` reads them, oldest first: actor, resource, outcome, address. */
export async function auditLines(
  admin: ApiClient,
  action: string,
  attempt: () => Promise<unknown>,
): Promise<readonly string[]> {
  const list = () => admin.access.audit.query({ limit: 500, action });
  const before = (await list()).length;
  await attempt();
  const lines = await list();
  const brief = ({ actor, resource, outcome, from }: AuditView) => `${actor} [${resource}] ${outcome} ${from}`;
  return lines
    .slice(0, lines.length - before)
    .map(brief)
    .reverse();
}
