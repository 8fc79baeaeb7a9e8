import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { plainText } from "#core/plain-text.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import { isAuthorizerRefusal } from "#core/telemetry/authorizer-refusal.ts";
import { isDenial, namespaceOfDenial } from "#core/telemetry/denied-by.ts";
import { formatLimitCounts, parseLimitCounts } from "#core/telemetry/limit-counts.ts";
import { limitOfRefusal } from "#core/telemetry/limit-refusal.ts";
import { withNames } from "#core/telemetry/named-refusal.ts";
import { isRefusal } from "#core/telemetry/refused-connection.ts";
import { isTokenRefusal } from "#core/telemetry/token-refusal.ts";
import type { RequestWindow } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

/** What one text of an agent may cost; paths are cut by who samples them. */
export const TEXT_CHARS_MAX = 512;

export function known(label: string): string {
  return label === "" ? UNKNOWN : plainText(label, TEXT_CHARS_MAX);
}

export function addressOf(text: string): string {
  return text === "other" || isIpAddress(text) ? text : "";
}

export function grpcStatusOf(text: string): string {
  return /^\d{0,3}$/.test(text) ? text : "";
}

/** Of a service that selects it a workload may say that it was called; of no other. */
export function ownService(
  { destinationService }: Pick<RequestWindow, "destinationService">,
  { services }: Reporter,
): string {
  return services?.some(({ host }) => host === destinationService) === true ? destinationService : UNKNOWN;
}

/**
 * A denial as a proxy of this namespace may tell it: only policies of its namespace and of the root's apply there, and of limits
 * also those of routes that its workload serves as a gateway; which PeerAuthentication asked for mTLS, RequestAuthentication for another token or policy for an authorizer is not for the agent to say.
 */
export function ownDenial(
  text: string,
  { namespace, rootNamespace, authentications = [], authorizing = [], limits = [] }: Reporter,
): string {
  if (text.length > TEXT_CHARS_MAX || !/^[!-~]*$/.test(text) || !isDenial(text)) return "";
  const whose = namespaceOfDenial(text);
  const limit = limitOfRefusal(text);
  const isOver = limits.some((each) => `${each.namespace}/${each.name}` === limit);
  if (whose !== undefined && whose !== namespace && whose !== rootNamespace && !isOver) return "";
  if (isTokenRefusal(text)) return withNames(text, authentications);
  if (isAuthorizerRefusal(text)) return withNames(text, authorizing);
  return isRefusal(text) ? text.replace(/-policy\[.*$/, "") : text;
}

/** What limits said of requests: of those that stand over its workload it may tell, and of no others. */
export function ownCounts(text: string, { limits = [] }: Reporter): string {
  if (text === "" || limits.length === 0) return "";
  const own = limits.map(({ namespace, name }) => `${namespace}/${name}/`);
  return formatLimitCounts(parseLimitCounts(text).filter(({ rule }) => own.some((prefix) => rule.startsWith(prefix))));
}

type Caller = Pick<
  RequestWindow,
  "sourceWorkload" | "sourceWorkloadNamespace" | "sourceApp" | "sourceVersion" | "sourcePrincipal"
>;

/**
 * The caller as the called end may name it. Its workload's name is what it says of itself in a header; its certificate
 * says more: a name that another account runs under is not taken, and the caller is known by its identity alone.
 */
export function callerOf(claimed: Caller, { accountsOf }: Reporter): Omit<Caller, "sourcePrincipal"> {
  const { sourceWorkload, sourceWorkloadNamespace, sourcePrincipal } = claimed;
  const isNamed = sourceWorkload !== "" && sourceWorkload !== UNKNOWN;
  if (!isNamed || sourcePrincipal === "" || sourcePrincipal === UNKNOWN) return claimed;
  const identity = parseSpiffeId(sourcePrincipal);
  const accounts = accountsOf?.(`${sourceWorkloadNamespace}/${sourceWorkload}`);
  const isItsOwn = identity?.namespace === sourceWorkloadNamespace && (accounts?.has(identity.serviceAccount) ?? true);
  if (isItsOwn) return claimed;
  return {
    sourceWorkload: UNKNOWN,
    sourceWorkloadNamespace: identity?.namespace ?? UNKNOWN,
    sourceApp: UNKNOWN,
    sourceVersion: UNKNOWN,
  };
}
