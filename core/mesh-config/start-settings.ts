/** What Envoys are started with; each takes what is set now at its next start, and what its own host says otherwise wins. */
export interface StartSettings {
  /** Worker threads; 0 as many as the host has processors. As the next three, undefined: the agent's default. */
  readonly concurrency: number | undefined;
  /** How long connections of a changed listener live on. */
  readonly drainSeconds: number | undefined;
  /** How long, and up to how many KiB, lines of access logs wait. */
  readonly flushMs: number | undefined;
  readonly flushKb: number | undefined;
  /** Variables of Envoy's environment, beside those of its host. */
  readonly environment: Readonly<Record<string, string>>;
  /** Envoy's runtime keys; of those that Pharos sets itself its own stand. */
  readonly runtime: Readonly<Record<string, string>>;
  /** Statistics that are kept beside those that Pharos reads. */
  readonly stats: StatNames;
}

export interface StatNames {
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  /** Of whole names. */
  readonly regexes: readonly string[];
}

export const NO_START_SETTINGS: StartSettings = {
  concurrency: undefined,
  drainSeconds: undefined,
  flushMs: undefined,
  flushKb: undefined,
  environment: {},
  runtime: {},
  stats: { prefixes: [], suffixes: [], regexes: [] },
};
