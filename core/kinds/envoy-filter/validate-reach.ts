import { AGENT_CLUSTERS } from "#core/agent-clusters.ts";
import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { JsonValue } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";

const OWN = new RegExp(Object.values(AGENT_CLUSTERS).join("|"));
const CHOSEN_BY_CALLER = /^cluster_?header$/i;
/** Where a proxy asks for secrets of its own. */
const ASKS_FOR_SECRETS = /^sds_?config$/i;

/**
 * What a patch's value must not lead to: the agent, from which a proxy has its keys and its configuration, and sockets of the host, of which
 * the agent's are some. Whoever sends a request would speak to them as the proxy does.
 */
export function validateReach(value: JsonValue, path: Path): Diagnostic[] {
  if (typeof value === "string") {
    if (/^unix:/i.test(value)) return [onHost(path)];
    const named = OWN.exec(value)?.[0];
    if (named === undefined || isForSecrets(named, path)) return [];
    return [
      errorAt(
        path,
        "value-not-handled",
        `${named} is not handled: it leads to the agent of the proxy, which gives it its keys`,
        "name a cluster of a service",
      ),
    ];
  }
  if (Array.isArray(value)) return value.flatMap((each: JsonValue, index) => validateReach(each, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const here = [...path, name];
    if (name === "pipe" && typeof each === "object") return [onHost(here)];
    if (CHOSEN_BY_CALLER.test(name))
      return [
        errorAt(
          here,
          "value-not-handled",
          `${name} is not handled: whoever calls could name the agent of the proxy`,
          "use weightedClusters, or a route for each value of the header",
        ),
      ];
    return validateReach(each, here);
  });
}

function onHost(path: Path): Diagnostic {
  return errorAt(
    path,
    "value-not-handled",
    `${path.at(-1)} is not handled: the sockets of the proxy's host are not for what it is given`,
    "use socketAddress with an address of the host",
  );
}

function isForSecrets(named: string, path: Path): boolean {
  return (
    named === AGENT_CLUSTERS.secrets && path.some((each) => typeof each === "string" && ASKS_FOR_SECRETS.test(each))
  );
}
