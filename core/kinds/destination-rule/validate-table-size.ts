import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { LoadBalancer } from "#core/kinds/destination-rule/load-balancer.ts";
import type { Path } from "#core/schema/path.ts";

/**
 * Entries of a hash table from which on a proxy stands still to fill it. Envoy 1.40 took 0.2 s of processor time and 25 MB for
 * 1,048,576 of them, 1.6 s and 200 MB for 8,388,608, of each cluster and again with each change of its endpoints, in the thread
 * that also takes configuration; a Maglev table of 5,000,011 took 0.4 s. Istio takes the same numbers and passes them on.
 */
const ENTRIES_WARNED = 1_000_000;

/** What is wrong with the size of a hash's table; `path` is the traffic policy's. */
export function validateTableSize(loadBalancer: LoadBalancer | undefined, path: Path): Diagnostic[] {
  const { ringHash, maglev, minimumRingSize } = loadBalancer?.consistentHash ?? {};
  const at = [...path, "loadBalancer", "consistentHash"];
  const issues: Diagnostic[] = [];
  if (minimumRingSize !== undefined && (ringHash ?? maglev) !== undefined)
    issues.push(
      errorAt(
        [...at, "minimumRingSize"],
        "conflicting-fields",
        "minimumRingSize and ringHash or maglev both say how the table is made",
        "write ringHash.minimumRingSize alone",
      ),
    );
  if ((minimumRingSize ?? 0) > ENTRIES_WARNED)
    issues.push(tooLarge([...at, "minimumRingSize"], minimumRingSize ?? 0, "1024 is Istio's own choice"));
  const ringSize = ringHash?.minimumRingSize ?? 0;
  if (ringSize > ENTRIES_WARNED)
    issues.push(tooLarge([...at, "ringHash", "minimumRingSize"], ringSize, "1024 is Istio's own choice"));
  if (maglev === undefined) return issues;
  const hint = "65537 is Envoy's own choice";
  const sizeAt = [...at, "maglev", "tableSize"];
  const { tableSize } = maglev;
  if (tableSize === undefined) issues.push(errorAt(sizeAt, "missing-field", "tableSize is missing", hint));
  else if (!isPrime(tableSize)) issues.push(errorAt(sizeAt, "bad-value", `${tableSize} is not a prime number`, hint));
  else if (tableSize > ENTRIES_WARNED) issues.push(tooLarge(sizeAt, tableSize, hint));
  return issues;
}

function tooLarge(at: Path, size: number, hint: string): Diagnostic {
  return warningAt(
    at,
    "costly-value",
    `${size} entries keep every calling proxy from taking configuration and statistics for a moment, per subset and port, whenever an endpoint changes`,
    `a hundred entries an instance spread evenly enough, and fewer than ${ENTRIES_WARNED} are built at once; ${hint}`,
  );
}

function isPrime(value: number): boolean {
  for (let factor = 2; factor * factor <= value; factor += 1) if (value % factor === 0) return false;
  return value > 1;
}
