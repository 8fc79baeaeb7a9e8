import { message, port, required } from "#core/schema/make-field.ts";

/** A port of a service by its number. */
export const PORT_SELECTOR = message({ number: required(port()) });
