/** More than that are told as so many. */
const NAMED_MAX = 4;
const TAIL = /-by\[([^\]]*)\]$/;

/** A resource by which something may have been refused. */
interface Named {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The mark of a refusal of which Envoy does not say by whose word it was, with those that stand over the workload:
 * `jwt[REASON]-by[shop/tokens,shop/more]`. Names that it had are not kept.
 */
export function withNames(mark: string, resources: readonly Named[]): string {
  const names = resources.slice(0, NAMED_MAX).map(({ namespace, name }) => `${namespace}/${name}`);
  const bare = mark.replace(/-by\[.*$/, "");
  return names.length === 0 ? bare : `${bare}-by[${names.join(",")}]`;
}

/** `NAMESPACE/NAME` of each. */
export function namesIn(mark: string): readonly string[] {
  return (TAIL.exec(mark)?.[1] ?? "").split(",").filter((name) => name !== "");
}
