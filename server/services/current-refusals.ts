import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import type { Mesh } from "#server/services/dependencies.ts";
import { describeRefusals } from "#server/services/describe-refusals.ts";
import { recent } from "#server/services/recent.ts";

const PATIENCE_MS = 250;

/**
 * Asks what proxies refuse, told of the objects that it was made from. While the thread of proxies is busy the last answer is
 * given, and nothing while it is being started again: then nobody is connected. Rejects with any other error.
 */
export function currentRefusals(mesh: Pick<Mesh, "refusals">): () => Promise<readonly Diagnostic[]> {
  const ask = recent(() => mesh.refusals().then(describeRefusals), {
    freshMs: -1,
    staleMs: -1,
    patienceMs: PATIENCE_MS,
  });
  return () =>
    ask().catch((error: unknown) => {
      if (error instanceof PharosError && error.code === "unavailable") return [];
      throw error;
    });
}
