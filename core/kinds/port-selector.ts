import type { Infer } from "#core/schema/field.ts";
import { message, port, required } from "#core/schema/make-field.ts";

/** A port of a service by its number. */
export const PORT_SELECTOR = message({ number: required(port()) });
export type PortSelector = Infer<typeof PORT_SELECTOR>;
