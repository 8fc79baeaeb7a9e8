// fast-check, begun where FUZZ_SEED says: `npm test` always says the same, `npm test -- laws` another each round (ADR 0062).
import * as fc from "fast-check";

/** Of everything that is drawn in one run; a test names it, so that what failed can be had again. */
export const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

fc.configureGlobal({ seed });

export { fc };
