/** Whether a request is traced, as its headers say: regular expressions over the whole of each. What is none of these says nothing. */
export const DECIDED_FOR = {
  b3: "[1d]|.*-[1d](-[0-9A-Fa-f]+)?",
  "x-b3-sampled": "1|true",
  traceparent: ".*-[0-9a-f][13579bdf]",
} as const;

/** In the order in which they count, as with Envoy's Zipkin tracer. */
export const DECIDING = ["b3", "x-b3-sampled", "traceparent"] as const satisfies readonly (keyof typeof DECIDED_FOR)[];

const DIGITS = 4;
const ALL = 16 ** DIGITS;
const DIGIT = "[0-9a-f]";

/**
 * Ids of requests of which so many percent are traced, where nobody has decided: by their first digits, so that each proxy that a request
 * comes by with one id says the same. Undefined: none.
 */
export function chosenIds(percent: number): string | undefined {
  const below = Math.round((percent / 100) * ALL);
  if (below <= 0) return undefined;
  if (below >= ALL) return `(?i)${DIGIT}{${DIGITS}}.*`;
  const limit = below.toString(16).padStart(DIGITS, "0");
  const parts = [...limit].flatMap((digit, index) => {
    const last = Number.parseInt(digit, 16) - 1;
    if (last < 0) return [];
    const rest = DIGITS - index - 1;
    return [`${limit.slice(0, index)}[${range(last)}]${rest === 0 ? "" : `${DIGIT}{${rest}}`}`];
  });
  return `(?i)(${parts.join("|")}).*`;
}

/**
 * With what all of these ids begin, as far as it is zeros: most ids are told from them by that. Undefined where some begin with another digit, or
 * where there are none.
 */
export function beginOfIds(percent: number): string | undefined {
  const last = Math.min(Math.round((percent / 100) * ALL), ALL) - 1;
  if (last < 0) return undefined;
  const [zeros = ""] = /^0*/.exec(last.toString(16).padStart(DIGITS, "0")) ?? [];
  return zeros === "" ? undefined : zeros;
}

/** The digits up to this one. */
function range(last: number): string {
  if (last < 10) return `0-${last}`;
  return `0-9a-${last.toString(16)}`;
}
