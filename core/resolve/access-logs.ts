import type { ExtensionProvider, LogFormat } from "#core/kinds/mesh-config/extension-provider.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { findProvider } from "#core/resolve/find-provider.ts";
import { MESH_CONFIG_REF } from "#core/resolve/mesh-settings.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import { findSpeaking, levelsOf } from "#core/resolve/speaking.ts";
import { isForSide, type Side } from "#core/resolve/telemetry-side.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Telemetry = Resource<"Telemetry">;

/** One that is told over gRPC, by a service of the mesh. */
export interface CalledLog {
  readonly kind: "otlp" | "http-entries" | "tcp-entries";
  readonly service: string;
  readonly port: number;
  readonly logName: string;
  /** States of filters that it is told besides. */
  readonly states: readonly string[];
  /** Names of headers, and of trailers, that it is told besides. */
  readonly told: {
    readonly request: readonly string[];
    readonly response: readonly string[];
    readonly trailers: readonly string[];
  };
}

/** Who gets a line of each request of one side of a workload's calls. */
export interface RequestedLog {
  /** Its name in the MeshConfig; `accessLogFile` for that field's. */
  readonly provider: string;
  readonly to: { readonly kind: "file"; readonly path: string; readonly omitsEmptyValues: boolean } | CalledLog;
  readonly format: LogFormat;
  /** A CEL expression; undefined: every request. */
  readonly filter: string | undefined;
  /** Refs of those that ask for it. */
  readonly sources: readonly string[];
}

/** As a caller, which a gateway is too, and as the called; by the providers' names. */
export interface ResolvedLogs {
  readonly client: readonly RequestedLog[];
  readonly server: readonly RequestedLog[];
}

/** Istio's own provider of the name `envoy`, and where file providers without a path write. */
const BUILT_IN = "envoy";
export const STDOUT = "/dev/stdout";
const LOG_NAMES = {
  otlp: "otel_envoy_accesslog",
  "http-entries": "http_envoy_accesslog",
  "tcp-entries": "tcp_envoy_accesslog",
} as const satisfies Record<CalledLog["kind"], string>;

type Settings = Pick<ProxySettings, "providers" | "defaultProviders" | "accessLog">;

/**
 * Of the mesh, then of the namespace, then of the workload (Istio's `mergeLogs`): providers that a level names are in place of those above, and
 * of several entries for one provider the last that is for the side counts. Where nobody says anything the MeshConfig's default providers
 * get all, or else its `accessLogFile`.
 */
export function resolveAccessLogs(
  telemetries: readonly Telemetry[],
  workload: { readonly namespace: string; readonly labels: Labels },
  scope: PolicyScope,
  settings: Settings,
): ResolvedLogs {
  const levels = levelsOf(findSpeaking(telemetries, workload, scope));
  const said = levels.filter(({ spec }) => (spec.accessLogging ?? []).length > 0);
  return { client: resolveSide(said, "CLIENT", settings), server: resolveSide(said, "SERVER", settings) };
}

function resolveSide(levels: readonly Telemetry[], side: Side, settings: Settings): readonly RequestedLog[] {
  const { defaultProviders, accessLog } = settings;
  if (levels.length === 0) {
    if (defaultProviders.accessLogging.length > 0)
      return readProviders(new Map(defaultProviders.accessLogging.map((name) => [name, undefined])), [], settings);
    if (accessLog.path === undefined) return [];
    const to = { kind: "file", path: accessLog.path, omitsEmptyValues: false } as const;
    const sources = [MESH_CONFIG_REF];
    return [{ provider: "accessLogFile", to, format: accessLog.format, filter: undefined, sources }];
  }
  const inScope = new Set(providersInScope(levels, side, defaultProviders.accessLogging));
  const found = new Map<string, string | undefined>();
  let inherited = defaultProviders.accessLogging;
  for (const { match, providers = [], disabled, filter } of levels.flatMap(({ spec }) => spec.accessLogging ?? [])) {
    if (providers.length > 0) inherited = providers.map(({ name }) => name);
    if (!isForSide(match, side)) continue;
    for (const name of inherited) {
      if (!inScope.has(name)) continue;
      if (disabled === true) found.delete(name);
      else found.set(name, filter?.expression);
    }
  }
  return readProviders(
    found,
    levels.map((each) => formatRef(refOf(each))),
    settings,
  );
}

/** Those that the lowest level names for the side that names any. */
function providersInScope(levels: readonly Telemetry[], side: Side, defaults: readonly string[]): readonly string[] {
  const named = levels.map(({ spec }) =>
    (spec.accessLogging ?? []).flatMap(({ match, providers = [] }) =>
      isForSide(match, side) ? providers.map(({ name }) => name) : [],
    ),
  );
  return named.findLast((names) => names.length > 0) ?? defaults;
}

function readProviders(
  filters: ReadonlyMap<string, string | undefined>,
  sources: readonly string[],
  settings: Settings,
): readonly RequestedLog[] {
  return [...filters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, filter]) => {
      const log = logOf(name, settings);
      return log === undefined ? [] : [{ provider: name, ...log, filter, sources: [...sources, MESH_CONFIG_REF] }];
    });
}

/** What a provider does with lines; undefined where there is none of the name that takes any. */
export function logOf(
  name: string,
  { providers, accessLog }: Pick<ProxySettings, "providers" | "accessLog">,
): Pick<RequestedLog, "to" | "format"> | undefined {
  const provider = findProvider(providers, name);
  if (provider === undefined)
    return name.toLowerCase() === BUILT_IN
      ? { to: { kind: "file", path: STDOUT, omitsEmptyValues: false }, format: accessLog.format }
      : undefined;
  const { envoyFileAccessLog: file, envoyOtelAls: otlp, envoyHttpAls: http, envoyTcpAls: tcp } = provider;
  if (file !== undefined)
    return {
      to: { kind: "file", path: file.path ?? STDOUT, omitsEmptyValues: file.omitEmptyValues === true },
      format: file.logFormat,
    };
  if (otlp !== undefined) return { to: calledLog("otlp", otlp), format: otlp.logFormat };
  if (http !== undefined) return { to: calledLog("http-entries", http, http), format: undefined };
  return tcp && { to: calledLog("tcp-entries", tcp), format: undefined };
}

type Written = NonNullable<ExtensionProvider["envoyOtelAls" | "envoyHttpAls" | "envoyTcpAls"]>;

type Told = Pick<
  NonNullable<ExtensionProvider["envoyHttpAls"]>,
  "additionalRequestHeadersToLog" | "additionalResponseHeadersToLog" | "additionalResponseTrailersToLog"
>;

function calledLog(kind: CalledLog["kind"], written: Written, headers: Told = {}): CalledLog {
  const { service, port, logName = LOG_NAMES[kind], filterStateObjectsToLog: states = [] } = written;
  return {
    ...{ kind, service, port, logName, states },
    told: {
      request: headers.additionalRequestHeadersToLog ?? [],
      response: headers.additionalResponseHeadersToLog ?? [],
      trailers: headers.additionalResponseTrailersToLog ?? [],
    },
  };
}
