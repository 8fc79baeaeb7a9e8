import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StartSettings } from "#core/mesh-config/start-settings.ts";
import type { StartSettingsSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** As agents are told: what nobody sets is left out. */
export function describeStart({
  stats,
  environment,
  runtime,
  ...numbers
}: StartSettings): MessageInitShape<typeof StartSettingsSchema> {
  return {
    ...dropUndefined(numbers),
    environment: { ...environment },
    runtime: { ...runtime },
    statPrefixes: [...stats.prefixes],
    statSuffixes: [...stats.suffixes],
    statRegexes: [...stats.regexes],
  };
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
