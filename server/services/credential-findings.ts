import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import { type CredentialBookFacts, describeCredentials } from "#server/services/describe-credentials.ts";

/** Certificates end by the hour. */
const KNOWN_MS = 60_000;

/** What is wrong with credentials that resources name; worked out once a minute for each snapshot and what is stored. */
export function credentialFindings(
  snapshot: () => Snapshot,
  facts: () => CredentialBookFacts,
  now: () => number = Date.now,
): () => readonly Diagnostic[] {
  const known = new WeakMap<
    Snapshot,
    { readonly facts: CredentialBookFacts; readonly atMs: number; readonly findings: readonly Diagnostic[] }
  >();
  return () => {
    const [current, stored, atMs] = [snapshot(), facts(), now()];
    const last = known.get(current);
    if (last?.facts === stored && atMs - last.atMs < KNOWN_MS) return last.findings;
    const { resources, instances } = withMeshExports(current);
    const findings = describeCredentials(resources, instances, stored, atMs);
    known.set(current, { facts: stored, atMs, findings });
    return findings;
  };
}
