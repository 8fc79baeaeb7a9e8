"use client";
import { Download } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { saveFile } from "#components/ui/save-file.ts";
import { toJaeger } from "#core/telemetry/jaeger-trace.ts";
import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import type { Trace } from "#core/telemetry/trace.ts";

const FORMATS = [
  { label: "Jaeger JSON", name: "jaeger", render: (trace: Trace): unknown => ({ data: [toJaeger(trace)] }) },
  { label: "OTLP JSON", name: "otlp", render: (trace: Trace): unknown => toOtlp(trace) },
] as const;

/** Saves a trace as a file that other tracing tools open. */
export function DownloadTrace({ trace }: { readonly trace: Trace }) {
  return FORMATS.map(({ label, name, render }) => (
    <Button
      key={name}
      size="sm"
      onClick={() =>
        saveFile(`trace-${trace.traceId}.${name}.json`, JSON.stringify(render(trace), null, 2), "application/json")
      }
    >
      <Download aria-hidden /> {label}
    </Button>
  ));
}
