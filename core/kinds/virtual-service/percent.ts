import type { Infer } from "#core/schema/field.ts";
import { described, explicit, message, number } from "#core/schema/make-field.ts";

export const PERCENT = message({ value: described(explicit(number(0, 100)), { unit: "percent" }) });
export type Percent = Infer<typeof PERCENT>;
