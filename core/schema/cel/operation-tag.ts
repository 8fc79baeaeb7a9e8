import { fnv1a } from "#core/fnv1a.ts";
import { escapeRegex } from "#core/schema/path-pattern.ts";

/** Some of a workload's requests. */
export interface Operation {
  /** Empty for any, as the next are. */
  readonly methods: readonly string[];
  /** With `{*}` for a segment and `{**}` for any number of them. */
  readonly paths: readonly string[];
  /** The route that they took: the VirtualService that it is written in, and its name there. */
  readonly route: { readonly resource: string; readonly name: string } | undefined;
}

/** What a proxy writes of each request: the value that an expression comes to, under a name. */
export interface WrittenTag {
  readonly name: string;
  readonly expression: string;
}

/** Operations that one side of a workload's calls is told apart by. */
export const OPERATIONS_MAX = 16;
/** What Envoy writes of those that are meant; of others it writes nothing. */
export const IS_MEANT = "true";
/** No expression begins with it. */
const MARK = "@";
/** No request has it: what comes to it is left out. */
const NOTHING = "request.none";

/** The same tag for what means the same requests: where it means others, they are counted from their first on. */
export function operationTag({ methods, paths, route }: Operation): WrittenTag {
  const meaning = JSON.stringify([[...methods].sort(), [...paths].sort(), route?.resource, route?.name]);
  const parts = [
    ...(route === undefined ? [] : [isOfRoute("config", route.resource), isOfRoute("route", route.name)]),
    ...(methods.length === 0 ? [] : [`request.method in [${methods.map(quote).join(", ")}]`]),
    ...(paths.length === 0 ? [] : [`(${paths.map(isOfPath).join(" || ")})`]),
  ];
  return {
    name: `${MARK}${fnv1a(meaning).toString(36)}${fnv1a(MARK + meaning).toString(36)}`,
    expression: `(${parts.join(" && ")}) || ${NOTHING}`,
  };
}

export const isOperationTag = (name: string): boolean => /^@[0-9a-z]{2,14}$/.test(name);

const isOfRoute = (key: string, value: string): string =>
  `xds.route_metadata.filter_metadata["istio"]["${key}"] == ${quote(value)}`;

/** With a pattern only where something has to be looked for: Envoy 1.40 refuses a listener with one of more than a hundred steps. */
function isOfPath(path: string): string {
  if (!path.includes("{")) return `request.url_path == ${quote(path)}`;
  const [begin = ""] = path.split("{", 1);
  const begins = `request.url_path.startsWith(${quote(begin)})`;
  if (path === `${begin}{**}`) return begins;
  const fits = `request.url_path.matches(${quote(templatePattern(path))})`;
  return begin === "/" ? fits : `${begins} && ${fits}`;
}

/** Over the characters that paths have: where it is of any other, Envoy takes nine segments at most, and of these 24. */
const templatePattern = (path: string): string =>
  `^${path
    .split(/(\{\*\*?\})/)
    .map((each) => (each === "{*}" ? "[!-.0-~]+" : each === "{**}" ? "[!-~]*" : escapeRegex(each)))
    .join("")}$`;

/** Of a pattern, as Envoy counts: what it begins with is none. */
const STEPS_MAX = 100;
const STEPS = { always: 4, segment: 3, rest: 2 } as const;

/** By how many characters behind its first segment that differs a path is longer than proxies take it; none or less where it is not. */
export function charsTooMany(path: string): number {
  const from = path.indexOf("{");
  if (from < 0 || path.slice(from) === "{**}") return 0;
  const behind = path.slice(from);
  const segments = behind.split("{*}").length - 1;
  const rests = behind.split("{**}").length - 1;
  const chars = behind.replaceAll(/\{\*\*?\}/g, "").length;
  return STEPS.always + STEPS.segment * segments + STEPS.rest * rests + chars - STEPS_MAX;
}

/** Envoy takes a command of a log's format to end at a bracket with a percent sign behind it. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[%)]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`);
