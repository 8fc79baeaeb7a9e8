import type { Duration } from "@bufbuild/protobuf/wkt";

export function readDurationMs(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
