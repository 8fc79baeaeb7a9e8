import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Path } from "#core/schema/path.ts";

export interface DuplicateKey {
  readonly path: Path;
  /** The second of the two keys. */
  readonly node: Node;
}

/**
 * Keys that stand twice in one object. The parser can tell too, but compares each key with all before it: a megabyte of
 * keys would take it a minute.
 */
export function findDuplicateKeys(root: Node | null): DuplicateKey[] {
  const found: DuplicateKey[] = [];
  walk(root, [], found);
  return found;
}

function walk(node: unknown, path: Path, found: DuplicateKey[]): void {
  if (isSeq(node)) {
    node.items.forEach((item, index) => {
      walk(item, [...path, index], found);
    });
  }
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    const here = [...path, name ?? ""];
    if (name !== undefined && isScalar(key) && seen.has(name)) found.push({ path: here, node: key });
    if (name !== undefined) seen.add(name);
    walk(value, here, found);
  }
}
