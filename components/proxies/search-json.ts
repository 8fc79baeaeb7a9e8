/** Does the value, or anything in it, hold the text? Names of members count. The text is lower case. */
export function jsonMatches(value: unknown, query: string): boolean {
  if (query === "") return true;
  if (Array.isArray(value)) return value.some((item) => jsonMatches(item, query));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).some(
      ([name, member]) => name.toLowerCase().includes(query) || jsonMatches(member, query),
    );
  return String(value).toLowerCase().includes(query);
}

/** Those whose text matches; those whose name does come first, in their order. */
export function findResources<R extends { readonly name: string; readonly value: unknown }>(
  resources: readonly R[],
  query: string,
): R[] {
  const isNamed = ({ name }: R) => name.toLowerCase().includes(query);
  const matching = resources.filter((resource) => isNamed(resource) || jsonMatches(resource.value, query));
  return [...matching.filter(isNamed), ...matching.filter((resource) => !isNamed(resource))];
}

/** How a resource is called in a list. */
export function resourceName(value: unknown, index: number): string {
  if (typeof value !== "object" || value === null) return `#${index + 1}`;
  const { name, clusterName } = value as { name?: unknown; clusterName?: unknown };
  return typeof name === "string" && name !== ""
    ? name
    : typeof clusterName === "string"
      ? clusterName
      : `#${index + 1}`;
}

/** Proxy configuration as a list of resources, whichever way it came. */
export function toResources(config: unknown): readonly unknown[] {
  if (Array.isArray(config)) return config;
  if (typeof config !== "object" || config === null) return [];
  const lists = Object.values(config).filter(Array.isArray);
  return lists.length > 0 ? lists.flat() : Object.values(config);
}
