import { PharosError } from "#core/errors.ts";
import {
  ALWAYS_REDACTED,
  compileRedaction,
  DEFAULT_REDACTED,
  REDACTED_PATTERN,
  REDACTED_PATTERNS_MAX,
  type Redact,
} from "#core/telemetry/redact-headers.ts";
import type { RedactionView } from "#core/view/redaction.ts";
import type { Database } from "#server/db/open-database.ts";

const KEY = "taps.redacted";

/** Which headers are told of nowhere but on their hosts, as the console sets it; some never are. */
export class RedactionSetting {
  readonly #db: Database;
  readonly #tokenHeaders: () => readonly string[];
  #patterns: readonly string[];
  #made: { readonly names: string; readonly redact: Redact } | undefined;

  private constructor(db: Database, patterns: readonly string[], tokenHeaders: () => readonly string[]) {
    this.#db = db;
    this.#patterns = patterns;
    this.#tokenHeaders = tokenHeaders;
  }

  /** `tokenHeaders`: those that the configuration names as such, as it is now. What cannot be read is as by default, and said. */
  static async open(
    db: Database,
    tokenHeaders: () => readonly string[],
    warn: (message: string) => void,
  ): Promise<RedactionSetting> {
    const row = await db.setting.findUnique({ where: { key: KEY } });
    let patterns = DEFAULT_REDACTED;
    if (row !== null)
      try {
        patterns = parsePatterns(JSON.parse(row.value) as readonly string[]);
      } catch (error) {
        warn(`which headers are redacted cannot be read (${PharosError.from(error).message}); it is as by default`);
      }
    return new RedactionSetting(db, patterns, tokenHeaders);
  }

  /** All there are. */
  names(): readonly string[] {
    return [...ALWAYS_REDACTED, ...this.#tokenHeaders(), ...this.#patterns];
  }

  /** By all of them; the same function while they are the same. */
  redact(): Redact {
    const names = this.names().join("\n");
    if (this.#made?.names !== names) this.#made = { names, redact: compileRedaction(names.split("\n")) };
    return this.#made.redact;
  }

  describe(): RedactionView {
    return {
      always: ALWAYS_REDACTED,
      ofTokens: this.#tokenHeaders(),
      patterns: this.#patterns,
      defaults: DEFAULT_REDACTED,
    };
  }

  /** Holds within seconds for what is tapped, at once for what is stored from now on, and from the next start on. Throws "invalid". */
  async set(given: readonly string[]): Promise<void> {
    const patterns = parsePatterns(given);
    const value = JSON.stringify(patterns);
    await this.#db.setting.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
    this.#patterns = patterns;
  }
}

function parsePatterns(given: readonly string[]): readonly string[] {
  const patterns = [
    ...new Set(given.map((pattern) => pattern.trim().toLowerCase()).filter((pattern) => pattern !== "")),
  ];
  if (patterns.length > REDACTED_PATTERNS_MAX)
    throw new PharosError("invalid", `${patterns.length} names: at most ${REDACTED_PATTERNS_MAX} are taken`);
  const wrong = patterns.findIndex((pattern) => !REDACTED_PATTERN.test(pattern));
  if (wrong >= 0)
    throw new PharosError("invalid", `patterns[${wrong}]: "${patterns[wrong]}" is no header's name`, {
      hint: 'write names as x-api-key, with "*" for anything: *-token',
    });
  return patterns.sort();
}
