/** A host as it is compared: in lower case, and without the dot that says that the name is whole. */
export function normalizeHost(host: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/** Istio's rule: a name without dots is a service of the namespace that says it. As hosts are compared. */
export function expandHost(name: string, namespace: string, domainSuffix: string): string {
  // `name.` is the whole of a name, not a short one.
  if (name.endsWith(".")) return normalizeHost(name);
  const host = name.toLowerCase();
  return host.includes(".") || isWildcard(host) ? host : `${host}.${namespace}.svc.${domainSuffix}`;
}

export function isWildcard(host: string): boolean {
  return host.startsWith("*");
}

/** Whether the name of a TLS hello can be held against it: of wildcards Envoy compares whole labels alone. */
export function isServerName(host: string): boolean {
  return !isWildcard(host) || host === "*" || host.startsWith("*.");
}

/** Whether `pattern` ("*", "*.example.com", or a whole name) covers `host`, which may be a narrower pattern itself. */
export function hostMatches(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  if (!isWildcard(pattern)) return pattern === host;
  const suffix = pattern.slice(1);
  return host.length > suffix.length && host.endsWith(suffix);
}

/** Orders patterns that cover one host, the most specific first: whole names, then longer suffixes. */
export function bySpecificity(a: string, b: string): number {
  return Number(isWildcard(a)) - Number(isWildcard(b)) || b.length - a.length;
}

/** The narrower of two patterns where one covers the other. */
export function intersectHosts(a: string, b: string): string | undefined {
  if (hostMatches(b, a)) return a;
  return hostMatches(a, b) ? b : undefined;
}
