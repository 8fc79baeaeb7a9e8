import { UsageError } from "#cli/failure.ts";
import { PharosError } from "#core/errors.ts";
import { RETENTION_NAMES, type RetentionName } from "#core/telemetry/retention-names.ts";
import { parseRetention } from "#server/telemetry/parse-retention.ts";
import { DEFAULT_RETENTION, type Retention } from "#server/telemetry/ports/retention.ts";

const FLAG = "--retention";
const EXAMPLE = "10s=1d,1m=14d,10m=365d,requests=7d,spans=7d,logs=7d,points=15d,size=8GB";

/** `10s=2d,requests=3d,size=20GB`: how long what is kept; what is not named stays as it is by default. */
export function retentionFlag(text: string): Retention {
  const given = new Map<string, string>();
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (!RETENTION_NAMES.includes(name as RetentionName))
      throw new UsageError(
        `${FLAG}: ${JSON.stringify(part.trim())} is none of ${RETENTION_NAMES.join(", ")} with a value`,
        { hint: `for example ${FLAG} ${EXAMPLE}` },
      );
    if (given.has(name)) throw new UsageError(`${FLAG}: ${name} is named twice`, { hint: "name it once" });
    given.set(name, value);
  }
  try {
    return parseRetention(Object.fromEntries(given), DEFAULT_RETENTION);
  } catch (error) {
    const { message, hint } = PharosError.from(error);
    throw new UsageError(`${FLAG}: ${message}`, hint === undefined ? {} : { hint });
  }
}
