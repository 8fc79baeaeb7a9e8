import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { isRefusedBySidecar } from "#core/telemetry/refused-connection.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";

/** What one caller tells of connections to a workload that ended in its hands, as far as it is not joined yet. */
interface Broken {
  readonly key: TrafficKey;
  left: number;
  readonly unseen: Unseen;
}

/** What one caller tells of plain text to a workload beyond what that has seen of it by its name. */
interface Unseen {
  left: number;
}

/**
 * Gives the connections in plain text that a workload refused for want of mTLS to the callers that tell of as many in plain
 * text that broke there: without it the called end cannot know whose they were, and each would be told of twice, once as a
 * nameless refusal and once as a failure without its reason. What goes beyond stays the strangers'.
 */
export function joinRefused(rows: readonly TrafficRow[]): readonly TrafficRow[] {
  if (!rows.some(({ key }) => isNamelessRefusal(key))) return rows;
  const unseen = unseenOf(rows);
  const places = Map.groupBy(
    rows.flatMap(({ key, count }): Broken[] =>
      isBroken(key) ? [{ key, left: count, unseen: unseen.get(pairAt(key)) ?? { left: 0 } }] : [],
    ),
    ({ key }) => placeOf(key),
  );
  return rows.flatMap((row) => {
    if (!isNamelessRefusal(row.key)) return [row];
    const joined: TrafficRow[] = [];
    let left = row.count;
    for (const broken of places.get(placeOf(row.key)) ?? []) {
      const count = Math.min(left, broken.left, broken.unseen.left);
      if (count <= 0) continue;
      broken.left -= count;
      broken.unseen.left -= count;
      left -= count;
      joined.push({ ...ofCaller(row, broken.key), count });
    }
    if (left === row.count) return [row];
    return left === 0 ? joined : [...joined, { ...row, count: left }];
  });
}

function unseenOf(rows: readonly TrafficRow[]): ReadonlyMap<string, Unseen> {
  const unseen = new Map<string, Unseen>();
  for (const { key, count } of rows) {
    if (key.reporter === "mirror" || key.security !== "none" || key.sourceWorkload === UNKNOWN) continue;
    const pair = unseen.get(pairAt(key)) ?? { left: 0 };
    unseen.set(pairAt(key), pair);
    pair.left += key.reporter === "source" ? count : -count;
  }
  return unseen;
}

function pairAt(key: TrafficKey): string {
  return `${key.sourceNamespace}/${key.sourceWorkload}>${placeOf(key)}`;
}

function isNamelessRefusal({ reporter, sourceWorkload, sourcePrincipal, security, deniedBy }: TrafficKey): boolean {
  return (
    reporter === "destination" &&
    sourceWorkload === UNKNOWN &&
    sourcePrincipal === UNKNOWN &&
    security === "none" &&
    isRefusedBySidecar(deniedBy)
  );
}

/** HTTP ends in a connection that was cut (`UC`); a TCP caller sees it closed as any other. */
function isBroken({ reporter, security, destinationWorkload, protocol, responseFlags }: TrafficKey): boolean {
  return (
    reporter === "source" &&
    security === "none" &&
    destinationWorkload !== UNKNOWN &&
    (protocol === "tcp" || responseFlags.split(",").includes("UC"))
  );
}

function placeOf({ destinationNamespace, destinationWorkload }: TrafficKey): string {
  return `${destinationNamespace}/${destinationWorkload}`;
}

/** As the caller named it: that pair, that service, that protocol. */
function ofCaller({ names: _, ...row }: TrafficRow, caller: TrafficKey): TrafficRow {
  const { sourceWorkload, sourceNamespace, sourceApp, sourceVersion, destinationService, protocol } = caller;
  return {
    ...row,
    key: {
      ...row.key,
      sourceWorkload,
      sourceNamespace,
      sourceApp,
      sourceVersion,
      destinationService,
      protocol,
      sourceAddress: "",
    },
  };
}
