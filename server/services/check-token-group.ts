import { PharosError } from "#core/errors.ts";
import { accountStanding } from "#core/model/account-standing.ts";
import { closestName } from "#core/schema/closest-name.ts";
import { expectedWorkload } from "#core/sources/declare-workload.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

const LISTED = 10;

interface TokenInput {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly group?: string | undefined;
}

/**
 * Refuses a join token whose agent could not register: its WorkloadGroup is not there (`not-found`), or is another account's (`invalid`). The
 * registry asks again when the agent comes; here somebody still looks, and the token is not used up.
 */
export function checkTokenGroup(state: MeshState, { namespace, serviceAccount, group }: TokenInput): void {
  if (group === undefined) return;
  const found = state.find("WorkloadGroup", namespace, group);
  if (found === undefined)
    throw new PharosError("not-found", `group: there is no WorkloadGroup ${group} in namespace ${namespace}`, {
      hint: hintFor(group, namespace, groupsOf(state, namespace)),
    });
  const expected = expectedWorkload(found);
  const account = expected.serviceAccount;
  if (accountStanding(expected, serviceAccount) === "another")
    throw new PharosError(
      "invalid",
      `serviceAccount: WorkloadGroup ${namespace}/${group} is for account ${account}, not ${serviceAccount}`,
      { hint: `make the token for service account ${account}, or name another group` },
    );
}

function groupsOf(state: MeshState, namespace: string): string[] {
  return state
    .all("WorkloadGroup")
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name)
    .sort();
}

function hintFor(group: string, namespace: string, groups: readonly string[]): string {
  if (groups.length === 0) return `namespace ${namespace} has none: apply the WorkloadGroup first`;
  const close = closestName(group, groups);
  const listed = groups.slice(0, LISTED).join(", ");
  const more = groups.length > LISTED ? ` and ${groups.length - LISTED} more` : "";
  return `${close === undefined ? "" : `did you mean ${close}? `}there are ${listed}${more}; or apply it first`;
}
