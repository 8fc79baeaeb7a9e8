"use client";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { saveRequests } from "#components/requests/save-requests.ts";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { useSettled } from "#components/ui/use-settled.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

const TYPING_MS = 400;

/** What is looked for, and what there is to do with what is listed. */
export function FilterBar({
  filter,
  rows,
  onFilter,
  children,
}: {
  readonly filter: string;
  readonly rows: readonly RequestRecord[];
  readonly onFilter: (filter: string) => void;
  /** Buttons before those that save. */
  readonly children: ReactNode;
}) {
  const [typed, setTyped] = useSettled(filter, onFilter, TYPING_MS);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <SearchInput
        label="code:5xx caller:web duration:>250 …"
        value={typed}
        onValueChange={setTyped}
        className="min-w-0 flex-1 basis-64"
      />
      {children}
      <Button disabled={rows.length === 0} onClick={() => saveRequests(rows, "csv")}>
        <Download aria-hidden /> CSV
      </Button>
      <Button disabled={rows.length === 0} onClick={() => saveRequests(rows, "json")}>
        <Download aria-hidden /> JSON
      </Button>
    </div>
  );
}

/** What of the filter was not understood. */
export function FilterErrors({ errors }: { readonly errors: readonly string[] }) {
  return errors.map((error) => (
    <Notice key={error} tone="warn" title="Not looked for" className="mb-4">
      {error}
    </Notice>
  ));
}
