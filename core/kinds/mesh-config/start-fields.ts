import { CONCURRENCY } from "#core/kinds/proxy-config/concurrency.ts";
import { ENVIRONMENT } from "#core/kinds/proxy-config/environment.ts";
import { described, explicit, integer, list, map, message, string } from "#core/schema/make-field.ts";

const FLUSH_KB_MAX = 16_384;
const NAMES_MAX = 64;
const NAME_BYTES_MAX = 256;
const AT_START = "from Envoy's next start on";

const KEPT = `none: stats_matcher of Envoy's bootstrap, ${AT_START}`;
const names = () => list(string("header-text", NAME_BYTES_MAX), 0, NAMES_MAX);

/** With what all Envoys are started; where a ProxyConfig can say it for some, that wins, and what a host's own agent is told wins always. */
export const START_FIELDS = {
  concurrency: CONCURRENCY,
  proxyMetadata: ENVIRONMENT,
  drainDuration: described(string("duration"), {
    envoy: `none: --drain-time-s ${AT_START}`,
    doc: "How long connections of a changed listener may live on; in whole seconds",
    note: "45s without it",
  }),
  fileFlushInterval: described(string("duration"), {
    envoy: `none: --file-flush-interval-msec ${AT_START}`,
    doc: "How long lines of access logs may wait; those that Pharos counts requests by wait as long",
    note: "250ms without it",
  }),
  fileFlushMinSizeKb: described(explicit(integer(1, FLUSH_KB_MAX)), {
    envoy: `none: --file-flush-min-size-kb ${AT_START}`,
    doc: "Lines of access logs are written once there are so many kilobytes, if not before",
    note: "64 without it",
  }),
  runtimeValues: described(map(string("header-value", NAME_BYTES_MAX), "runtime-key", NAMES_MAX), {
    envoy: `none: layered_runtime of Envoy's bootstrap, ${AT_START}`,
    doc: "Envoy's runtime keys; those that Pharos sets itself stand",
  }),
  proxyStatsMatcher: message({
    inclusionPrefixes: described(names(), {
      envoy: KEPT,
      doc: "Statistics that are kept beside those that Pharos reads",
    }),
    inclusionSuffixes: described(names(), { envoy: KEPT }),
    inclusionRegexps: described(list(string("regex", NAME_BYTES_MAX), 0, NAMES_MAX), { envoy: KEPT }),
  }),
};
