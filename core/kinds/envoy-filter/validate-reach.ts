import { AGENT_CLUSTERS } from "#core/agent-clusters.ts";
import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { JsonValue } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";

const OWN = new RegExp(Object.values(AGENT_CLUSTERS).join("|"));
const CHOSEN_BY_CALLER = /^cluster_?header$/i;
/** Whoever calls chooses the cluster by these too: by its SNI, or by what a filter notes of the connection. */
const CHOOSES_BY_CALLER = /\.SniCluster$|^envoy\.tcp_proxy\.cluster$/;
/** Where a proxy asks for secrets of its own. */
const ASKS_FOR_SECRETS = /^sds_?config$/i;
/** Whose `filename` is read and told to nobody: certificates, what they are checked by, and modules. */
const KEEPS_FILE =
  /^(?:certificate_?chain|private_?key|trusted_?ca|crl|ocsp_?staple|password|local_?jwks|users|root_?certs|cert_?chain)$/i;
/** Where proxies write files, hand them on, or do what lies in them. */
const FILES =
  /^(?:(?:file_?)?path_?prefix|filesystem_?prefix|(?:cache|storage_?buffer|library|event_?log|(?:subject|actor)_?token)_?path|path_?config_?source|network_?namespace_?filepath)$/i;
/** Scripts, which are confined as the patch has them: read from elsewhere they would not be. */
const SCRIPT = /^(?:default_?)?source_?codes?$/i;
/** What formats what is told may read files, where a formatter for it is named. */
const FILE_FORMATTER = /\.formatter\.file_content\./;
/** Places of configurations: each by its message's name or after what it is for. `path` of one is a file. */
const CONFIG_SOURCE = /^(?:config_?source|[a-z]*ds_?config)$/i;
const API_CONFIG_SOURCE = /^api_?config_?source$/i;
const TYPE = /^(?:@type|type_?url)$/i;
const FILE_LOG = /\.FileAccessLog$/;
const OUTPUT = /^\/dev\/(?:stdout|stderr|null)$/;

/**
 * What a patch's value must not lead to: the agent, from which a proxy has its keys and its configuration; sockets of the host, of which
 * the agent's are some, for whoever sends a request would speak to them as the proxy does; files of the host, which would be answered or
 * written; and other control planes, which could give all of that. `isFileLog`: it is the configuration of a log in a file.
 */
export function validateReach(value: JsonValue, path: Path, isFileLog = false): Diagnostic[] {
  if (typeof value === "string") {
    if (/^unix(?:-abstract)?:/i.test(value)) return [onHost(path)];
    if (FILE_FORMATTER.test(value)) return [inFile(path)];
    if (CHOOSES_BY_CALLER.test(value)) return [byCaller(path, value)];
    const named = OWN.exec(value)?.[0];
    if (named === undefined || isForSecrets(named, path)) return [];
    return [
      notHandled(
        path,
        `${named} is not handled: it leads to the agent of the proxy, which gives it its keys`,
        "name a cluster of a service",
      ),
    ];
  }
  if (Array.isArray(value)) return value.flatMap((each: JsonValue, index) => validateReach(each, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  const all = Object.entries(value);
  const isLog =
    isFileLog || all.some(([name, each]) => TYPE.test(name) && typeof each === "string" && FILE_LOG.test(each));
  return all.flatMap(([name, each]) => {
    const here = [...path, name];
    if (/^environment_?variable$/i.test(name) && isOfScript(path)) return [elsewhere(here)];
    if (name === "pipe" && typeof each === "object") return [onHost(here)];
    if (isFileOfHost(name, each, path) || (isLog && name === "path" && !OUTPUT.test(String(each))))
      return [inFile(here)];
    // Of secrets alone, and not within what anybody may call so: filters and routes have names of their own.
    if (API_CONFIG_SOURCE.test(name) && !asksForSecrets(path.at(-1)))
      return [
        notHandled(
          here,
          `${name} is not handled: whoever is asked there could configure the proxy as it likes`,
          "write the configuration into the patch",
        ),
      ];
    if (CHOSEN_BY_CALLER.test(name)) return [byCaller(here, name)];
    return validateReach(each, here, isLog && name === "value");
  });
}

/** Files whose content or place a proxy would hand on; a module of an EnvoyFilter is one as that of a WasmPlugin is. */
function isFileOfHost(name: string, value: JsonValue, path: Path): boolean {
  if (FILES.test(name)) return true;
  if (name === "path" && typeof value === "string") return CONFIG_SOURCE.test(String(path.at(-1)));
  if (name !== "filename" || typeof value !== "string") return false;
  const [before, last] = path.slice(-2);
  if (isOfScript(path)) return true;
  return !KEEPS_FILE.test(String(last)) && !(before === "code" && last === "local");
}

/** Of one, or of one of several by any name. */
function isOfScript(path: Path): boolean {
  return path.slice(-2).some((part) => SCRIPT.test(String(part)));
}

function elsewhere(path: Path): Diagnostic {
  return notHandled(
    path,
    `${path.at(-1)} is not handled: a script from there could do what those of patches may not`,
    "write the script into the patch, as inlineString",
  );
}

function byCaller(path: Path, what: string): Diagnostic {
  return notHandled(
    path,
    `${what} is not handled: whoever calls could name the agent of the proxy`,
    "use weightedClusters, or a route or chain for each value",
  );
}

function onHost(path: Path): Diagnostic {
  return notHandled(
    path,
    `${path.at(-1)} is not handled: the sockets of the proxy's host are not for what it is given`,
    "use socketAddress with an address of the host",
  );
}

function inFile(path: Path): Diagnostic {
  return notHandled(
    path,
    `${path.at(-1)} is not handled: the files of the proxy's host, its keys among them, are not for what it is given`,
    "write the text into the patch, log to /dev/stdout, or have the MeshConfig's envoyFileAccessLog name a file",
  );
}

function notHandled(path: Path, message: string, hint: string): Diagnostic {
  return errorAt(path, "value-not-handled", message, hint);
}

function isForSecrets(named: string, path: Path): boolean {
  const isAsking = (part: string | number, index: number): boolean =>
    asksForSecrets(part) && API_CONFIG_SOURCE.test(String(path[index + 1]));
  return named === AGENT_CLUSTERS.secrets && path.some(isAsking);
}

function asksForSecrets(part: string | number | undefined): boolean {
  return typeof part === "string" && ASKS_FOR_SECRETS.test(part);
}
