/** Istio's rule: a name without dots is a service of the namespace that says it. In lower case, as hosts are compared. */
export function expandHost(name: string, namespace: string, domainSuffix: string): string {
  const host = name.toLowerCase();
  return host.includes(".") || isWildcard(host) ? host : `${host}.${namespace}.svc.${domainSuffix}`;
}

export function isWildcard(host: string): boolean {
  return host.startsWith("*");
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
