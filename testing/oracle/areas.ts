import type { Area } from "#testing/oracle/area.ts";
import { validation } from "#testing/oracle/areas/validation.ts";

/** All that is compared. */
export const AREAS: readonly Area[] = [validation];
