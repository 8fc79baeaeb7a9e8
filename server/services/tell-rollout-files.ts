import { type Diagnostic, hasErrors } from "#core/diagnostic.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import type { Distribution } from "#core/view/mesh.ts";
import { namingFiles } from "#server/services/describe-files.ts";

/** Envoy asks for files once it has acknowledged what names them, and only then an agent can say what is wrong with them. */
export const FILES_TOLD_MS = 1500;

interface FilesOfRollout {
  /** Of all objects, now. */
  readonly findings: readonly Diagnostic[];
  readonly resources: () => readonly AnyResource[];
  /** References of what a revision changed. */
  readonly changedBy: (revision: number) => Promise<readonly string[]>;
  readonly nowMs: number;
}

/**
 * A roll-out with what proxies that took it cannot read of the files that its objects name. One with such objects is complete only
 * once agents had the time to look.
 */
export async function tellRolloutFiles(
  rollout: Distribution,
  { findings, resources, changedBy, nowMs }: FilesOfRollout,
): Promise<Distribution> {
  const lastAckMs = Math.max(0, ...rollout.proxies.map(({ ackMs }) => ackMs ?? 0));
  const isFresh = nowMs < Date.parse(rollout.writtenAt) + lastAckMs + FILES_TOLD_MS;
  if (findings.length === 0 && !isFresh) return rollout;
  const changed = new Set(await changedBy(rollout.revision));
  const told = findings.filter(({ resource = "" }) => changed.has(resource));
  const known = told.length > 0 ? { ...rollout, findings: told } : rollout;
  // A warning may be a stranger's: an error can still follow.
  if (hasErrors(told)) return known;
  const isAwaited =
    isFresh &&
    rollout.proxies.length > 0 &&
    namingFiles(resources()).some((each) => changed.has(formatRef(refOf(each))));
  return isAwaited ? { ...known, isComplete: false } : known;
}
