import type { LedgerEntry } from "#node/ledger-file.ts";
import { field, Table } from "#server/telemetry/stores/table.ts";
import { ROW_TABLES } from "#server/telemetry/stores/tables.ts";

/** How far the store has come: what TelemetryLedger holds its file against. */
export const LEDGER = new Table<LedgerEntry & { readonly added: string }>("ledger", [
  field("commits", "BIGINT", "commits", { isRequired: true }),
  field("at_ms", "BIGINT", "atMs", { isRequired: true }),
  { name: "tally", type: "VARCHAR", isRequired: true, of: ({ tally }) => JSON.stringify(tally) },
  field("added", "VARCHAR", "added", { isRequired: true }),
]);

/** Every table that rows are written to. */
export const TABLES = [...ROW_TABLES, LEDGER] as const;
