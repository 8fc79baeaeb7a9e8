import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { OnLimit } from "#core/kinds/rate-limit/schema.ts";
import { isRefusalStatus, OTHER_REFUSAL_STATUSES, REFUSAL_STATUS } from "#core/refusal-status.ts";
import type { Path } from "#core/schema/path.ts";

/** The refused are answered a status that listeners have a place for. */
export function validateOnLimit({ status = REFUSAL_STATUS }: OnLimit, path: Path): Diagnostic[] {
  if (isRefusalStatus(status)) return [];
  const others = OTHER_REFUSAL_STATUSES.join(", ");
  return [
    errorAt(
      [...path, "status"],
      "bad-value",
      `the refused are not answered ${status}`,
      `write one of ${others}, or leave it out for ${REFUSAL_STATUS}`,
    ),
  ];
}
