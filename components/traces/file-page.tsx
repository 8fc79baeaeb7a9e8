"use client";
import { FileUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { formatBytes } from "#components/format/format-bytes.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { assignColors } from "#components/traces/assign-colors.ts";
import { StoreTraces } from "#components/traces/store-traces.tsx";
import { buildTraceColumns } from "#components/traces/trace-columns.tsx";
import { TraceView } from "#components/traces/trace-view.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PharosError } from "#core/errors.ts";
import { readTraceFile, TRACE_FILE_BYTES_MAX } from "#core/telemetry/read-trace-file.ts";
import { summarizeTrace } from "#core/telemetry/summarize-trace.ts";
import type { Trace } from "#core/telemetry/trace.ts";

interface OpenFile {
  readonly name: string;
  readonly traces: readonly Trace[];
}

/** Traces of a file, read in the browser: nothing of them is stored, but where one asks for it. */
export function FilePage() {
  const range = useRange();
  const [file, setFile] = useState<OpenFile | null>(null);
  const [failure, setFailure] = useState<PharosError | null>(null);
  const [chosen, setChosen] = useState("");
  const open = async (given: File | undefined) => {
    if (given === undefined) return;
    try {
      if (given.size > TRACE_FILE_BYTES_MAX)
        throw new PharosError("too-large", `${given.name} has ${formatBytes(given.size)}`, {
          hint: `${formatBytes(TRACE_FILE_BYTES_MAX)} are read at most: take single traces out of it`,
        });
      setFile({ name: given.name, traces: readTraceFile(await given.text()) });
      setFailure(null);
      setChosen("");
    } catch (error) {
      setFailure(PharosError.from(error));
    }
  };
  const trace = file?.traces.find(({ traceId }) => traceId === chosen) ?? file?.traces[0];
  return (
    <Page>
      <PageHeader
        above={<Breadcrumbs items={[{ label: "Traces", href: withRange("/traces", range) }]} />}
        title="Traces of a file"
        description={
          file === null
            ? "Jaeger's JSON or OTLP's, as this console, Jaeger and Tempo save it."
            : `${file.name}, shown without being stored`
        }
        actions={file === null ? undefined : <StoreTraces traces={file.traces} />}
      />
      {failure === null ? null : (
        <Notice tone="bad" title="The file could not be read" className="mb-4">
          <span data-testid="file-failure" className="[overflow-wrap:anywhere]">
            {failure.message}
            {failure.hint === undefined ? "" : ` (${failure.hint})`}
          </span>
        </Notice>
      )}
      <Drop isSmall={file !== null} onFile={(given) => void open(given)} />
      {file === null || trace === undefined ? null : (
        <div className="mt-4 flex flex-col gap-4">
          {file.traces.length > 1 ? (
            <TraceList traces={file.traces} chosen={trace.traceId} onChoose={setChosen} />
          ) : null}
          <div>
            <TraceView key={trace.traceId} trace={trace} isStored={false} />
          </div>
        </div>
      )}
    </Page>
  );
}

function TraceList({
  traces,
  chosen,
  onChoose,
}: {
  readonly traces: readonly Trace[];
  readonly chosen: string;
  readonly onChoose: (traceId: string) => void;
}) {
  const rows = traces.map(summarizeTrace);
  const colors = assignColors(rows.flatMap(({ services }) => Object.keys(services)));
  return (
    <Card isFlush>
      <DataTable
        label="Traces of the file"
        testId="file-traces"
        columns={buildTraceColumns(["operation", "duration", "spans", "services", "start"], colors)}
        rows={rows}
        pageRows={10}
        rowKey={({ traceId }) => traceId}
        selectedKey={chosen}
        onRowSelect={({ traceId }) => onChoose(traceId)}
      />
    </Card>
  );
}

function Drop({ isSmall, onFile }: { readonly isSmall: boolean; readonly onFile: (file: File | undefined) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const take = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={take}
      className={cx(
        "flex flex-wrap items-center justify-center gap-3 rounded-lg border border-line-strong border-dashed text-muted text-sm",
        isSmall ? "px-4 py-3" : "px-6 py-16",
        isOver && "border-accent bg-accent-soft",
      )}
    >
      <Button onClick={() => input.current?.click()}>
        <FileUp aria-hidden /> {isSmall ? "Open another file" : "Open a file"}
      </Button>
      or drop it here
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-hidden
        tabIndex={-1}
        data-testid="trace-file"
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
