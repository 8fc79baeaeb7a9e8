import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { WINDOW_MS } from "#core/telemetry/buckets.ts";
import { compareTraffic } from "#core/traffic/compare-traffic.ts";
import type { ResourceChange } from "#core/traffic/concern.ts";
import { isConcernedBy } from "#core/traffic/is-concerned-by.ts";
import type { RevisionEffect } from "#core/traffic/revision-effect.ts";
import type { RevisionDetail } from "#core/view/config.ts";
import type { Telemetry, TimeRange } from "#server/services/dependencies.ts";
import type { MeshState } from "#server/services/mesh-state.ts";

/** As what a change bears on is asked for, see findConcerned. */
const CHANGES_MAX = 200;

export interface EffectParts {
  readonly telemetry: Pick<Telemetry, "rows">;
  readonly state: Pick<MeshState, "snapshot">;
}

/** Before it ends with the window before the one in which it was written, and after it begins with the next. */
export function timesAround(at: string, lengthMs: number): { readonly before: TimeRange; readonly after: TimeRange } {
  const writtenMs = Math.floor(Date.parse(at) / WINDOW_MS) * WINDOW_MS;
  return {
    before: { startMs: writtenMs - lengthMs, endMs: writtenMs },
    after: { startMs: writtenMs + WINDOW_MS, endMs: writtenMs + WINDOW_MS + lengthMs },
  };
}

/** Compares what was measured of all that a revision bears on. `near`: other revisions in the same time. */
export async function measureEffect(
  made: RevisionDetail,
  lengthMs: number,
  near: readonly RevisionDetail[],
  { telemetry, state }: EffectParts,
): Promise<RevisionEffect> {
  const { before, after } = timesAround(made.at, lengthMs);
  const [was, is] = await Promise.all([telemetry.rows(before), telemetry.rows(after)]);
  const isTooMuch = made.changed.length > CHANGES_MAX;
  const { resources, instances, mesh } = state.snapshot();
  const world = { resources, instances, mesh };
  const compared = compareTraffic({
    changes: isTooMuch ? [] : made.changed.map(changeOf),
    ...{ ...world, before: was, after: is },
  });
  const bearsToo = ({ changed }: RevisionDetail): boolean => {
    if (changed.length > CHANGES_MAX) return true;
    const isConcerned = isConcernedBy({ ...world, changes: changed.map(changeOf), samples: [] }, [was, is]);
    return compared.traffic.some(({ caller, called }) => isConcerned(`${caller}>${called}`));
  };
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    revision: made.revision,
    ...{ beforeStart: iso(before.startMs), beforeEnd: iso(before.endMs) },
    ...{ afterStart: iso(after.startMs), afterEnd: iso(after.endMs) },
    ...compared,
    others: near.filter(bearsToo).map(({ revision }) => revision),
    silence: isTooMuch ? "more resources at once than are looked at" : compared.silence,
  };
}

function changeOf({ before, after }: RevisionDetail["changed"][number]): ResourceChange {
  return { before: readText(before), after: readText(after) };
}

/** Undefined where there is none, or an older version wrote what is no resource any more. */
function readText(text: string | undefined): AnyResource | undefined {
  return text === undefined ? undefined : parseDocuments(text).resources[0];
}
