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
];
