import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { HeaderOperations, HeaderRules } from "#core/kinds/virtual-service/header-rules.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import { validateHttpMatch } from "#core/kinds/virtual-service/validate-http-match.ts";
import { validateWeights } from "#core/kinds/virtual-service/validate-weights.ts";
import { checkHeaderVariables } from "#core/schema/header-variables.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/** `isDelegated`: of a VirtualService that others delegate to. */
export function validateHttpRoute(route: HttpRoute, path: Path, isDelegated: boolean): Diagnostic[] {
  const issues: Diagnostic[] = [
    ...(isRoot(route, isDelegated) ? validateRoot(route, path) : validateAction(route, path)),
  ];
  if (isDelegated && route.delegate !== undefined)
    issues.push(
      errorAt(
        [...path, "delegate"],
        "conflicting-fields",
        "a VirtualService without hosts is a delegate itself, and delegates to no other",
        "name both in the VirtualService that has the hosts",
      ),
    );
  (route.match ?? []).forEach((match, index) => {
    issues.push(...validateHttpMatch(match, [...path, "match", index]));
  });
  issues.push(
    ...validateWeights(route.route ?? [], [...path, "route"]),
    ...validateHeaders(route.headers, [...path, "headers"]),
    ...validateHostOnce(route, path),
  );
  (route.route ?? []).forEach((destination, index) => {
    issues.push(...validateHeaders(destination.headers, [...path, "route", index, "headers"]));
  });
  issues.push(
    ...validateRetries(route, path),
    ...validateFault(route, path),
    ...validateMirrors(route, path),
    ...validateRewrite(route, path),
    ...validateRedirect(route, path),
  );
  (route.corsPolicy?.allowOrigins ?? []).forEach((origin, index) => {
    if (origin.exact === "" || origin.prefix === "")
      issues.push(errorAt([...path, "corsPolicy", "allowOrigins", index], "bad-value", "an empty origin matches none"));
  });
  const { allowOrigins = [], allowOrigin = [] } = route.corsPolicy ?? {};
  if (allowOrigins.length > 0 && allowOrigin.length > 0)
    issues.push(
      warningAt(
        [...path, "corsPolicy", "allowOrigin"],
        "no-effect",
        "allowOrigin has no effect: allowOrigins names origins",
        "write them into allowOrigins",
      ),
    );
  return issues;
}

function isRoot({ delegate }: HttpRoute, isDelegated: boolean): boolean {
  return delegate !== undefined && !isDelegated;
}

/** What is done with a request is the delegate's to say. */
function validateRoot(route: HttpRoute, path: Path): Diagnostic[] {
  return (["route", "redirect"] as const)
    .filter((name) => route[name] !== undefined)
    .map((name) =>
      errorAt(
        [...path, name],
        "conflicting-fields",
        `${name} stands beside delegate, whose routes say where requests go`,
      ),
    );
}

/** Exactly one thing is done with a request, and what goes only with `route` stands only there. */
function validateAction(route: HttpRoute, path: Path): Diagnostic[] {
  const actions = (["route", "redirect", "directResponse"] as const).filter(
    (name) => route[name] !== undefined && !(name === "route" && route.route?.length === 0),
  );
  // A delegate that delegates is told of as such.
  if (actions.length === 0 && route.delegate !== undefined) return [];
  if (actions.length === 0)
    return [
      errorAt(
        path,
        "missing-field",
        "the rule has no effect: it must have route, redirect, directResponse or delegate",
      ),
    ];
  if (actions.length > 1)
    return [errorAt(path, "one-of", `the rule has ${actions.join(" and ")}, and may do only one thing`)];
  if (actions[0] === "route") return [];
  return (["fault", "rewrite", "mirror", "mirrors", "retries", "timeout"] as const)
    .filter((name) => route[name] !== undefined)
    .map((name) =>
      name === "fault" || name === "rewrite"
        ? errorAt([...path, name], "conflicting-fields", `${name} goes with route, not with ${actions[0]}`)
        : warningAt([...path, name], "no-effect", `${name} has no effect on a ${actions[0]}`),
    );
}

function validateRetries({ retries }: HttpRoute, path: Path): Diagnostic[] {
  if (retries === undefined) return [];
  if ((retries.attempts ?? 0) !== 0) return [];
  const others = Object.keys(retries).filter((name) => name !== "attempts");
  const [first] = others;
  return first === undefined
    ? []
    : [
        errorAt(
          [...path, "retries", first],
          "conflicting-fields",
          `${retries.attempts === undefined ? "without attempts" : "attempts: 0"} switches retries off, and ${others.join(", ")} would set them`,
          "say how many attempts",
        ),
      ];
}

function validateFault({ fault }: HttpRoute, path: Path): Diagnostic[] {
  if (fault === undefined) return [];
  if (fault.delay === undefined && fault.abort === undefined)
    return [errorAt([...path, "fault"], "empty", "the fault is empty: it needs delay or abort")];
  return (["delay", "abort"] as const)
    .filter((name) => fault[name] !== undefined && !fault[name]?.percentage?.value)
    .map((name) =>
      warningAt(
        [...path, "fault", name],
        "no-effect",
        `the ${name} happens to 0 % of the requests`,
        "set percentage.value",
      ),
    );
}

function validateMirrors(route: HttpRoute, path: Path): Diagnostic[] {
  if (route.mirror !== undefined && route.mirrors !== undefined)
    return [errorAt([...path, "mirrors"], "one-of", "has mirror and mirrors, and may have only one")];
  if (route.mirrorPercentage !== undefined && route.mirror === undefined)
    return [
      warningAt(
        [...path, "mirrorPercentage"],
        "no-effect",
        "there is no mirror that it would be a share of",
        "set mirror; in mirrors, each has its own percentage",
      ),
    ];
  return [];
}

/** The host is written by `rewrite` or by one header of the rule's; a destination's counts where neither is. */
function validateHostOnce({ rewrite, headers }: HttpRoute, path: Path): Diagnostic[] {
  const operations = (["set", "add"] as const).flatMap((operation) =>
    Object.keys(headers?.request?.[operation] ?? {})
      .filter(isHost)
      .map((name) => ["headers", "request", operation, name]),
  );
  const places: readonly Path[] = [
    ...(rewrite?.authority === undefined ? [] : [["rewrite", "authority"]]),
    ...operations,
  ];
  const [first, second] = places;
  return first === undefined || second === undefined
    ? []
    : [
        errorAt(
          [...path, ...second],
          "conflicting-fields",
          `the host is written in two places: here and by ${formatPath(first)}`,
          "keep one of them",
        ),
      ];
}

function validateRewrite(route: HttpRoute, path: Path): Diagnostic[] {
  const { rewrite } = route;
  if (rewrite === undefined) return [];
  const here = [...path, "rewrite"];
  if (Object.keys(rewrite).length === 0)
    return [errorAt(here, "empty", "the rewrite is empty: it must set uri, uriRegexRewrite or authority")];
  const issues: Diagnostic[] = [];
  if (rewrite.uri !== undefined && rewrite.uriRegexRewrite !== undefined)
    issues.push(errorAt(here, "one-of", "has uri and uriRegexRewrite, and may have only one"));
  const groups = [...(rewrite.uriRegexRewrite?.rewrite ?? "").matchAll(/\\(\d)/g)].map((match) => Number(match[1]));
  const count = countGroups(rewrite.uriRegexRewrite?.match ?? "");
  const missing = groups.find((group) => group > count);
  if (missing !== undefined)
    issues.push(
      errorAt(
        [...here, "uriRegexRewrite", "rewrite"],
        "bad-value",
        `refers to group ${missing}, and the regular expression has ${count}`,
      ),
    );
  return issues;
}

function validateRedirect(route: HttpRoute, path: Path): Diagnostic[] {
  const { redirect } = route;
  if (redirect === undefined) return [];
  const here = [...path, "redirect"];
  const issues: Diagnostic[] = [];
  if (Object.keys(redirect).every((name) => name === "redirectCode"))
    issues.push(
      errorAt(here, "empty", "the redirect has no target: it must set uri, prefixRewrite, authority, scheme or port"),
    );
  if (redirect.uri !== undefined && redirect.prefixRewrite !== undefined)
    issues.push(errorAt(here, "one-of", "has uri and prefixRewrite, and may have only one"));
  const code = redirect.redirectCode;
  if (code !== undefined && ![301, 302, 303, 307, 308].includes(code))
    issues.push(
      errorAt(
        [...here, "redirectCode"],
        "bad-value",
        `${code} must be one of 301, 302, 303, 307, 308: the proxy sends no other`,
      ),
    );
  if (
    redirect.prefixRewrite !== undefined &&
    (route.match ?? []).some(({ uri }) => uri !== undefined && uri.prefix === undefined)
  ) {
    issues.push(
      errorAt([...here, "prefixRewrite"], "needs-field", "prefixRewrite needs every match of a uri to be a prefix"),
    );
  }
  return issues;
}

function validateHeaders(rules: HeaderRules | undefined, path: Path): Diagnostic[] {
  return (["request", "response"] as const).flatMap((side) => {
    const operations: HeaderOperations = rules?.[side] ?? {};
    const refuse = (operation: "set" | "add" | "remove", name: string, message: string) =>
      errorAt([...path, side, operation], "bad-value", `${name} ${message}`);
    const writes = (["set", "add"] as const).flatMap((operation) =>
      Object.entries(operations[operation] ?? {}).flatMap(([name, value]) => [
        ...((name.startsWith(":") && !(side === "request" && isHost(name))) || (side === "response" && isHost(name))
          ? [refuse(operation, name, "may not be written")]
          : []),
        ...validateValue(value, [...path, side, operation, name]),
      ]),
    );
    const removes = (operations.remove ?? [])
      .filter((name) => name.startsWith(":") || isHost(name))
      .map((name) => refuse("remove", name, "may not be removed"));
    return [...writes, ...removes];
  });
}

function validateValue(value: string, path: Path): Diagnostic[] {
  const found = checkHeaderVariables(value);
  return found === undefined
    ? []
    : [errorAt(path, "bad-value", `${JSON.stringify(value)} ${found.problem}`, found.hint)];
}

function isHost(name: string): boolean {
  return name.toLowerCase() === "host" || name.toLowerCase() === ":authority";
}

function countGroups(pattern: string): number {
  return [...pattern.matchAll(/\\.|\((?:\?P?<\w+>|(?!\?))/g)].filter((match) => match[0].startsWith("(")).length;
}
