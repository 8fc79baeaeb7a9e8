/** What is kept for a time that one says: windows by their length, rows by their kind; and how much there may be of all. */
export const RETENTION_NAMES = ["10s", "1m", "10m", "requests", "spans", "logs", "points", "size"] as const;
export type RetentionName = (typeof RETENTION_NAMES)[number];

/** As it is written: "14d", "36h"; of `size` "8GB". */
export type RetentionTexts = Readonly<Record<RetentionName, string>>;
/** Some of it: the rest stays as it is. */
export type GivenRetention = { readonly [Name in RetentionName]?: string | undefined };
