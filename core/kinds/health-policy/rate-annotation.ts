import { codePattern } from "#core/kinds/health-policy/code-pattern.ts";
import type { WrittenTolerance } from "#core/kinds/health-policy/schema.ts";
import { compileRegex } from "#core/schema/compile-regex.ts";
import { checkRegex } from "#core/schema/regex-syntax.ts";

/** Kiali's: "CODE,DEGRADED,FAILURE,PROTOCOL,DIRECTION;…" on a service or a workload. */
export const RATE_ANNOTATION = "health.kiali.io/rate";
/** Those that say what a service or a workload is: on others nobody reads it. */
export const RATED_KINDS: ReadonlySet<string> = new Set(["ServiceEntry", "WorkloadGroup", "WorkloadEntry"]);

const PROTOCOLS = { http: "HTTP", grpc: "GRPC", tcp: "TCP" } as const;

/** More than anybody writes: each of its patterns is compiled as often as the configuration changes. */
const CHARACTERS_MAX = 4000;
const PARTS_MAX = 64;

/** What it says, or why it says nothing. */
export function parseRateAnnotation(text: string): {
  readonly tolerances: WrittenTolerance[];
  readonly wrong?: string;
} {
  const tolerances: WrittenTolerance[] = [];
  if (text.length > CHARACTERS_MAX) return { tolerances, wrong: `it is longer than ${CHARACTERS_MAX} characters` };
  const parts = text.split(";").filter((each) => each.trim() !== "");
  if (parts.length > PARTS_MAX) return { tolerances, wrong: `it has ${parts.length} parts, and ${PARTS_MAX} at most` };
  for (const part of parts) {
    const [code = "", degraded = "", failure = "", protocol = "", direction = "", ...more] = part
      .split(",")
      .map((each) => each.trim());
    if (more.length > 0 || direction === "")
      return { tolerances: [], wrong: `${part} is not CODE,DEGRADED,FAILURE,PROTOCOL,DIRECTION` };
    const percents = [degraded, failure].map(Number);
    const [least = Number.NaN, most = Number.NaN] = percents;
    if ([degraded, failure].includes("") || !percents.every((each) => each >= 0 && each <= 100))
      return { tolerances: [], wrong: `${degraded},${failure} are not percents from 0 to 100` };
    const patterns = [codePattern(code), protocol, direction].map(anchored);
    const bad = patterns.map(checkRegex).find((each) => each !== undefined);
    if (bad !== undefined) return { tolerances: [], wrong: `${part} ${bad}` };
    // JavaScript's own patterns may take for ever.
    const [, isProtocol, isDirection] = patterns.map((pattern) => compileRegex(`(?i)${pattern}`));
    const protocols = Object.entries(PROTOCOLS).flatMap(([word, name]) => (isProtocol?.matches(word) ? [name] : []));
    const [isIn, isOut] = ["inbound", "outbound"].map((word) => isDirection?.matches(word) === true);
    if (protocols.length === 0 || (!isIn && !isOut))
      return {
        tolerances: [],
        wrong: `${part} means no protocol (http, grpc, tcp) or no direction (inbound, outbound)`,
      };
    tolerances.push({
      code,
      degraded: least,
      failure: most,
      ...(protocols.length === 3 ? {} : { protocols }),
      direction: isIn && isOut ? "Both" : isIn ? "Inbound" : "Outbound",
    });
  }
  return tolerances.length === 0 ? { tolerances, wrong: "it is empty" } : { tolerances };
}

const anchored = (pattern: string): string => `^(?:${pattern})$`;
