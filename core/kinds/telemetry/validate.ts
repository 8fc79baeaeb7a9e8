import { type Diagnostic, warningAt } from "#core/diagnostic.ts";
import type { TelemetrySpec } from "#core/kinds/telemetry/schema.ts";

export function validateTelemetry({ tracing = [] }: TelemetrySpec): Diagnostic[] {
  if (tracing.length === 0)
    return [warningAt(["spec"], "no-effect", "the Telemetry says nothing", "set tracing, or delete it")];
  return tracing.flatMap((_, index) =>
    tracing.slice(0, index).some((earlier) => overlap(earlier, tracing[index]))
      ? [
          warningAt(
            ["spec", "tracing", index],
            "duplicate-value",
            "an earlier entry is for the same side: of what both say this one counts",
            "write one entry, or one with match.mode CLIENT and one with SERVER",
          ),
        ]
      : [],
  );
}

type Entry = NonNullable<TelemetrySpec["tracing"]>[number];

function overlap(a: Entry, b: Entry | undefined): boolean {
  const [left, right] = [a, b].map((each) => each?.match?.mode ?? "CLIENT_AND_SERVER");
  return left === right || left === "CLIENT_AND_SERVER" || right === "CLIENT_AND_SERVER";
}
