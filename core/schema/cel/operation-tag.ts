import { fnv1a } from "#core/fnv1a.ts";
import { pathPattern } from "#core/schema/path-pattern.ts";

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

const isOfPath = (path: string): string =>
  path.includes("{")
    ? `request.url_path.matches(${quote(`^${pathPattern(path)}$`)})`
    : `request.url_path == ${quote(path)}`;

/** Envoy takes a command of a log's format to end at a bracket with a percent sign behind it. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[%)]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`);
