import { PharosError } from "#core/errors.ts";
import { type GivenRetention, RETENTION_NAMES } from "#core/telemetry/retention-names.ts";
import type { StorageView } from "#core/view/storage.ts";
import type { Database } from "#server/db/open-database.ts";
import { formatRetention, parseRetention } from "#server/telemetry/parse-retention.ts";
import { DEFAULT_RETENTION, type Retention } from "#server/telemetry/ports/retention.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";

const KEY = "telemetry.retention";

/** What was set in the console; undefined where nothing was, or where it cannot be read, which is said. */
export async function readRetention(db: Database, warn: (message: string) => void): Promise<Retention | undefined> {
  const row = await db.setting.findUnique({ where: { key: KEY } });
  if (row === null) return undefined;
  try {
    const texts = JSON.parse(row.value) as Record<string, unknown>;
    const given = RETENTION_NAMES.flatMap((name) => (typeof texts[name] === "string" ? [[name, texts[name]]] : []));
    return parseRetention(Object.fromEntries(given) as GivenRetention, DEFAULT_RETENTION);
  } catch (error) {
    warn(`how long telemetry is kept cannot be read (${PharosError.from(error).message}); it is as by default`);
    return undefined;
  }
}

/** How long telemetry is kept, as the console sets it. */
export class RetentionSetting {
  readonly #db: Database;
  readonly #telemetry: Pick<RunningTelemetry, "retention">;
  readonly #isFixed: boolean;

  /** `isFixed`: said when the server was started, which wins. */
  constructor(db: Database, telemetry: Pick<RunningTelemetry, "retention">, isFixed: boolean) {
    this.#db = db;
    this.#telemetry = telemetry;
    this.#isFixed = isFixed;
  }

  describe(): StorageView["retention"] {
    return { isFixed: this.#isFixed, texts: formatRetention(this.#telemetry.retention) };
  }

  /** Holds at once, and from the next start on. Throws "invalid", and "conflict" where it was said at the start. */
  async set(given: GivenRetention): Promise<void> {
    if (this.#isFixed)
      throw new PharosError("conflict", "how long telemetry is kept was said when the server was started", {
        hint: "start it without --retention to set it here",
      });
    const { retention } = this.#telemetry;
    const next = parseRetention(given, retention);
    const value = JSON.stringify(formatRetention(next));
    await this.#db.setting.upsert({ where: { key: KEY }, create: { key: KEY, value }, update: { value } });
    retention.set(next);
  }
}
