import { CLOCK_DIFFERENCE_MS_MAX } from "#core/telemetry/clock-difference.ts";
import type { ResourceSpans } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import type { ReportRequest } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { ToldReport } from "#server/telemetry/ingest/read-report.ts";
import type { ToldWindow } from "#server/telemetry/ingest/told-labels.ts";

/**
 * By how many ms the times of a report are to be moved to be this server's: nothing while the host's clock is near enough. A report that
 * waited while its host's clock was set right still has the old clock's times; it was folded before it came, so it is moved back to now at most.
 */
export function moveOf(
  { sentAtMs, foldedAtMs }: Pick<ReportRequest, "sentAtMs" | "foldedAtMs">,
  nowMs: number,
): number {
  if (sentAtMs === 0n) return 0;
  const ahead = Number(sentAtMs) - nowMs;
  const move = Math.abs(ahead) > CLOCK_DIFFERENCE_MS_MAX ? -ahead : 0;
  const folded = Number(foldedAtMs) + move;
  return folded > nowMs + CLOCK_DIFFERENCE_MS_MAX ? move - (folded - nowMs) : move;
}

/** The report with its windows, samples and gaps moved; the same one where there is nothing to move. */
export function moveReport(report: ToldReport, moveMs: number): ToldReport {
  if (moveMs === 0) return report;
  const by = BigInt(Math.round(moveMs));
  return {
    ...report,
    windows: report.windows.map((window) => moveWindow(window, by)),
    samples: report.samples.map((sample) => ({ ...sample, startMs: sample.startMs + by })),
    gaps: report.gaps.map((gap) => ({ ...gap, startMs: gap.startMs + by, endMs: gap.endMs + by })),
  };
}

function moveWindow(window: ToldWindow, by: bigint): ToldWindow {
  if ("told" in window) return { ...window, windowStartMs: Number(window.windowStartMs) + Number(by) };
  return { ...window, windowStartMs: window.windowStartMs + by };
}

/** Spans are timed by the same clock. Changes them in place. */
export function moveSpans(resourceSpans: readonly ResourceSpans[], moveMs: number): void {
  const by = BigInt(Math.round(moveMs)) * 1_000_000n;
  if (by === 0n) return;
  const move = (atNs: bigint): bigint => (atNs + by > 0n ? atNs + by : 0n);
  for (const { scopeSpans } of resourceSpans)
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
      span.startTimeUnixNano = move(span.startTimeUnixNano);
      span.endTimeUnixNano = move(span.endTimeUnixNano);
      for (const event of span.events) event.timeUnixNano = move(event.timeUnixNano);
    }
}
