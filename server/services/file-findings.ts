import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import type { FileProblem } from "#core/xds/file-problem.ts";
import { describeFiles } from "#server/services/describe-files.ts";

type Said = ReadonlyMap<string, readonly FileProblem[]>;

/**
 * What agents say is wrong with files, told of the objects that name them. Worked out once for each snapshot and what was said
 * of it: a roll-out asks with each acknowledgement.
 */
export function fileFindings(snapshot: () => Snapshot, said: () => Said): () => readonly Diagnostic[] {
  const known = new WeakMap<Snapshot, { readonly said: Said; readonly findings: readonly Diagnostic[] }>();
  return () => {
    const [current, saidNow] = [snapshot(), said()];
    const last = known.get(current);
    if (last?.said === saidNow) return last.findings;
    const { resources, instances } = withMeshExports(current);
    const findings = describeFiles(resources, instances, saidNow);
    known.set(current, { said: saidNow, findings });
    return findings;
  };
}
