import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import type { Trace } from "#core/telemetry/trace.ts";

/** A request of OTLP is bounded. */
const SPANS_MAX = 2000;
const WAIT_MS = 60_000;

/** Posts traces as OTLP, with the session's name. Answers what was not taken, in words; empty where all was. Throws where nobody took it. */
export async function handOver(traces: readonly Trace[]): Promise<string> {
  const refused: string[] = [];
  for (const trace of traces)
    for (let at = 0; at < trace.spans.length; at += SPANS_MAX) {
      const answer = await fetch("/v1/traces", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(toOtlp({ ...trace, spans: trace.spans.slice(at, at + SPANS_MAX) })),
        signal: AbortSignal.timeout(WAIT_MS),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(messageOf(text, ["message"]) ?? text.slice(0, 300));
      const why = messageOf(text, ["partialSuccess", "errorMessage"]);
      if (why !== undefined) refused.push(why);
    }
  return [...new Set(refused)].join("; ");
}

function messageOf(text: string, path: readonly string[]): string | undefined {
  try {
    let at: unknown = JSON.parse(text);
    for (const name of path)
      at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined;
    return typeof at === "string" && at !== "" ? at : undefined;
  } catch {
    return undefined;
  }
}
