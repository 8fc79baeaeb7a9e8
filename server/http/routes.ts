import type { HttpHandler } from "#node/http-service.ts";

/** Longest prefix wins; `/` takes the rest. */
export type Routes = Readonly<Record<string, HttpHandler>>;

export function selectRoute(routes: Routes, path: string): HttpHandler | undefined {
  const matches = Object.keys(routes).filter(
    (prefix) => path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`),
  );
  const longest = matches.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : routes[longest];
}
