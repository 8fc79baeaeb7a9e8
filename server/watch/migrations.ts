/** In order; one that was released is never changed. */
export const WATCH_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE watch_mark (name TEXT PRIMARY KEY, at_ms REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE health_run (
    subject TEXT NOT NULL, since_ms REAL NOT NULL, until_ms REAL NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    cause TEXT, PRIMARY KEY (subject, since_ms)
  ) WITHOUT ROWID;
  CREATE INDEX health_run_until ON health_run (until_ms);
  `,
  `
  CREATE TABLE alert (
    id TEXT NOT NULL, active_ms REAL NOT NULL, firing_ms REAL, resolved_ms REAL, rule TEXT NOT NULL, labels TEXT NOT NULL,
    annotations TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (id, active_ms)
  ) WITHOUT ROWID;
  CREATE INDEX alert_resolved ON alert (resolved_ms);
  CREATE TABLE notice (
    receiver TEXT NOT NULL, alert TEXT NOT NULL, active_ms REAL NOT NULL, event TEXT NOT NULL, at_ms REAL NOT NULL,
    told_ms REAL, UNIQUE (receiver, alert, active_ms, event)
  );
  CREATE INDEX notice_untold ON notice (at_ms) WHERE told_ms IS NULL;
  `,
  `
  DROP INDEX notice_untold;
  CREATE INDEX notice_untold_of ON notice (receiver, at_ms) WHERE told_ms IS NULL;
  `,
  `
  CREATE TABLE notice_next (
    receiver TEXT NOT NULL, alert TEXT NOT NULL, active_ms REAL NOT NULL, event TEXT NOT NULL, nth INTEGER NOT NULL, at_ms REAL NOT NULL,
    told_ms REAL, UNIQUE (receiver, alert, active_ms, event, nth)
  );
  INSERT INTO notice_next SELECT receiver, alert, active_ms, event, 0, at_ms, told_ms FROM notice ORDER BY rowid;
  DROP TABLE notice;
  ALTER TABLE notice_next RENAME TO notice;
  CREATE INDEX notice_untold_of ON notice (receiver, at_ms) WHERE told_ms IS NULL;
  `,
];
