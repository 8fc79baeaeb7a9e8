import type { DatabaseSync } from "node:sqlite";
import type { ConnectionChanges, ToldConnection } from "#mesh-agent/telemetry/connection-book.ts";

export const CONNECTIONS_SCHEMA =
  "CREATE TABLE IF NOT EXISTS connections (id TEXT PRIMARY KEY, received INTEGER NOT NULL, sent INTEGER NOT NULL, seen_ms INTEGER NOT NULL) STRICT;";

/** The one that was seen longest ago is the first. */
export function readConnections(db: DatabaseSync): (readonly [id: string, told: ToldConnection])[] {
  return db
    .prepare("SELECT id, received, sent, seen_ms FROM connections ORDER BY seen_ms")
    .all()
    .map(({ id, received, sent, seen_ms: seenMs }) => [
      String(id),
      { received: Number(received), sent: Number(sent), seenMs: Number(seenMs) },
    ]);
}

export function writeConnections(db: DatabaseSync, changes: ConnectionChanges): void {
  if (changes.size === 0) return;
  const remove = db.prepare("DELETE FROM connections WHERE id = ?");
  const keep = db.prepare("INSERT OR REPLACE INTO connections (id, received, sent, seen_ms) VALUES (?, ?, ?, ?)");
  for (const [id, told] of changes)
    if (told === undefined) remove.run(id);
    else keep.run(id, told.received, told.sent, told.seenMs);
}
