import type { StringMatch } from "#core/kinds/string-match.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";

const TEXTS = ["uri", "scheme", "method", "authority"] as const;
const MAPS = ["headers", "withoutHeaders", "queryParams"] as const;

/**
 * Matches that hold where one of the root's and one of the delegate's do; empty where neither has any. Undefined where one of
 * the delegate's lies within none of the root's: Istio then leaves its route out (`mergeHTTPMatchRequests`).
 */
export function mergeHttpMatches(
  root: readonly HttpMatch[] = [],
  delegate: readonly HttpMatch[] = [],
): readonly HttpMatch[] | undefined {
  if (root.length === 0) return delegate;
  if (delegate.length === 0) return root;
  const merged: HttpMatch[] = [];
  for (const inner of delegate) {
    const found = root.filter((outer) => !conflict(outer, inner)).map((outer) => mergeHttpMatch(outer, inner));
    if (found.length === 0) return undefined;
    merged.push(...found);
  }
  return merged;
}

function mergeHttpMatch(root: HttpMatch, delegate: HttpMatch): HttpMatch {
  const name = [root.name ?? "", delegate.name ?? ""].filter(Boolean).join("-");
  const gateways = (delegate.gateways ?? []).length > 0 ? delegate.gateways : root.gateways;
  const both = <M extends "headers" | "withoutHeaders" | "queryParams" | "sourceLabels">(key: M) =>
    root[key] === undefined ? {} : { [key]: { ...root[key], ...delegate[key] } };
  return {
    ...root,
    ...delegate,
    ...(name === "" ? {} : { name }),
    ...(gateways === undefined ? {} : { gateways }),
    ...both("headers"),
    ...both("withoutHeaders"),
    ...both("queryParams"),
    ...both("sourceLabels"),
  };
}

/** Whether the delegate's match asks for what the root's does not let through (Istio's `hasConflict`). */
function conflict(root: HttpMatch, delegate: HttpMatch): boolean {
  if (TEXTS.some((name) => textConflict(root[name], delegate[name]))) return true;
  for (const name of MAPS)
    for (const [key, value] of Object.entries(delegate[name] ?? {}))
      if (textConflict(root[name]?.[key], value)) return true;
  if ((root.ignoreUriCase ?? false) !== (delegate.ignoreUriCase ?? false)) return true;
  if (root.port !== undefined && delegate.port !== undefined && root.port !== delegate.port) return true;
  if (root.sourceNamespace !== undefined && root.sourceNamespace !== delegate.sourceNamespace) return true;
  for (const [key, value] of Object.entries(delegate.sourceLabels ?? {})) {
    const wanted = root.sourceLabels?.[key];
    if (wanted !== undefined && wanted !== value) return true;
  }
  const outer = root.gateways ?? [];
  const inner = delegate.gateways ?? [];
  if (outer.length === 0 || inner.length === 0) return false;
  return outer.length < inner.length || inner.some((gateway) => !outer.includes(gateway));
}

/** As Istio's `stringMatchConflict`: an empty text is none, and a regular expression is compared with nothing. */
function textConflict(root: StringMatch | undefined, delegate: StringMatch | undefined): boolean {
  if (root === undefined || delegate === undefined) return false;
  const all = [root, delegate];
  if (all.some(({ regex = "" }) => regex !== "") && all.every(saysSomething)) return true;
  if (root.exact !== undefined && root.exact !== "")
    return (delegate.prefix ?? "") !== "" || delegate.exact !== root.exact;
  if (root.prefix !== undefined && root.prefix !== "") {
    const inner = delegate.prefix || delegate.exact || "";
    if (inner !== "") return !inner.startsWith(root.prefix);
  }
  return true;
}

function saysSomething({ exact = "", prefix = "", regex = "" }: StringMatch): boolean {
  return exact !== "" || prefix !== "" || regex !== "";
}
