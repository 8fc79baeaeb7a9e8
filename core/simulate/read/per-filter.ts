import type { Any } from "@bufbuild/protobuf/wkt";
import type { FilterConfig } from "#core/simulate/filter.ts";
import { readHttpFilter } from "#core/simulate/read/http-filter.ts";
import { NOTHING_PER_FILTER, type PerFilter } from "#core/simulate/route.ts";
import { TRACE_FILTER } from "#core/xds/trace-filter.ts";

/** `typed_per_filter_config`, at whichever level it stands. */
export function readPerFilter(configs: Readonly<Record<string, Any>>): PerFilter {
  const entries = Object.entries(configs);
  if (entries.length === 0) return NOTHING_PER_FILTER;
  return new Map(
    entries.map(([name, any]): [string, FilterConfig] => [
      name,
      name === TRACE_FILTER ? { kind: "trace" } : readHttpFilter(any),
    ]),
  );
}
