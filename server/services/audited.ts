import { PharosError } from "#core/errors.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Caller } from "#server/services/services.ts";

/** Does a work and leaves a line, also where it fails. */
export type Audited = <T>(
  what: { readonly action: string; readonly resource: string; readonly caller: Caller },
  work: () => Promise<T>,
  reasonOf?: (made: T) => string,
) => Promise<T>;

/** Every write of a person leaves a line in the audit trail. */
export function createAudited(audit: Audit): Audited {
  return async ({ action, resource, caller }, work, reasonOf = () => "") => {
    const line = { actor: caller.principal.name, action, resource, from: caller.from };
    try {
      const made = await work();
      audit.write({ ...line, outcome: "allowed", reason: reasonOf(made) });
      return made;
    } catch (error) {
      audit.write({ ...line, outcome: "failed", reason: PharosError.from(error).message });
      throw error;
    }
  };
}
