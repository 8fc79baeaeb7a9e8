import type { Diagnostic } from "#core/diagnostic.ts";
import type { Distribution } from "#core/view/mesh.ts";

export interface RolloutSummary {
  readonly state: "waiting" | "rolling" | "done" | "refused" | "unusable" | "nobody";
  readonly total: number;
  readonly acked: number;
  readonly refused: number;
  /** From write to the last acknowledgement so far. */
  readonly lastAckMs: number | null;
  /** For eyes and screen readers alike. */
  readonly sentence: string;
}

/** How far a revision has come; `formatMs` writes the time. */
export function summarizeRollout(distribution: Distribution, formatMs: (ms: number) => string): RolloutSummary {
  const { proxies, away, isComplete, revision, failures = [], findings = [] } = distribution;
  const acked = proxies.filter(({ state }) => state === "acked").length;
  const refused = proxies.filter(({ state }) => state === "refused").length;
  const times = proxies.flatMap(({ ackMs }) => (ackMs === null ? [] : [ackMs]));
  const lastAckMs = times.length === 0 ? null : Math.max(...times);
  const figures = { total: proxies.length, acked, refused, lastAckMs };
  const absent =
    away.length === 0 ? "" : ` ${away.length} known ${plural(away.length)} not connected and will get it later.`;
  if (failures.length > 0) {
    const objects = [...new Set(failures.map(({ resource }) => resource ?? "part of it"))].join(", ");
    return {
      ...figures,
      state: "refused",
      sentence: `${objects} cannot be translated: of that proxies keep what they had of the revision before.${absent}`,
    };
  }
  if (refused > 0) {
    const refusals = proxies.flatMap((proxy) => (proxy.state === "refused" ? proxy.refusals : []));
    const isHeld = refusals.length > 0 && refusals.every(({ isHeldWithout }) => isHeldWithout);
    const what = isHeld
      ? `have revision ${revision} without what they refused of it`
      : `refused revision ${revision} and keep their last good configuration`;
    return {
      ...figures,
      state: "refused",
      sentence: `${refused} of ${proxies.length} proxies ${what}.${absent}`,
    };
  }
  if (proxies.length === 0)
    return isComplete
      ? {
          ...figures,
          state: "nobody",
          sentence: `No proxy that was connected had to take revision ${revision}.${absent}`,
        }
      : { ...figures, state: "waiting", sentence: `Revision ${revision} is being compiled.` };
  if (acked === proxies.length) {
    const all = proxies.length === 1 ? "The proxy that must have" : `All ${proxies.length} proxies that must have`;
    const time = lastAckMs === null ? "" : `, ${formatMs(lastAckMs)} after the write`;
    const sentence = `${all} revision ${revision} acknowledged it${time}`;
    const unusable = [...new Set(findings.filter(isError).map(({ resource }) => resource ?? "part of it"))];
    if (unusable.length > 0)
      return {
        ...figures,
        state: "unusable",
        sentence: `${sentence}, and files that ${unusable.join(", ")} names cannot be used.${absent}`,
      };
    return { ...figures, state: "done", sentence: `${sentence}.${absent}` };
  }
  return {
    ...figures,
    state: "rolling",
    sentence: `${acked} of ${proxies.length} proxies acknowledged revision ${revision}.${absent}`,
  };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function plural(count: number): string {
  return count === 1 ? "proxy is" : "proxies are";
}
