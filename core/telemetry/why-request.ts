import { policyOrigin } from "#core/simulate/rbac-origin.ts";
import { DENIAL_REASON_FLAGS, FLAG_CAUSES, type FlagCause } from "#core/telemetry/flag-causes.ts";
import { whyLimited } from "#core/telemetry/limit-refusal.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** An object that decided what became of a request, and the field in it where that is known. */
export interface CauseRef {
  /** `KIND/NAMESPACE/NAME`. */
  readonly ref: string;
  readonly path?: string;
}

/** Why a request ended as it did. */
export interface RequestCause {
  /** One line: "per-try timeout". */
  readonly title: string;
  /** Who ended it, and what to look at. */
  readonly text: string;
  readonly refs: readonly CauseRef[];
}

type Asked = Pick<
  RequestRecord,
  | "reporter"
  | "responseFlags"
  | "responseCodeDetails"
  | "deniedBy"
  | "policy"
  | "routeResource"
  | "routePath"
  | "responseCode"
  | "upstreamFailure"
>;

/**
 * Why a request ended as it did, by Envoy's flags and details (1.40): what refused it, or what else kept it from an answer of the
 * application's. Empty for one that the application answered.
 */
export function whyRequest(request: Asked): readonly RequestCause[] {
  const denial = denialOf(request);
  const flags = request.responseFlags.split(",").filter((flag) => flag !== "" && flag !== "-");
  const told = denial.length > 0 ? flags.filter((flag) => !DENIAL_REASON_FLAGS.has(flag)) : flags;
  const causes = told.flatMap((flag) => {
    const cause = Object.hasOwn(FLAG_CAUSES, flag) ? FLAG_CAUSES[flag] : undefined;
    return cause === undefined
      ? [{ title: `flag ${flag}`, text: "Envoy set a flag that has no explanation here", refs: [] }]
      : [explain(cause, request)];
  });
  const detail = denial.length + causes.length > 0 ? [] : byDetails(request);
  return [...denial, ...causes, ...detail];
}

/** Of a request that its caller tells of: what the called end says that refused it. Empty where nothing did. */
export const whyRefused = (calledEnd: Asked): readonly RequestCause[] =>
  denialOf(calledEnd).map((cause) => ({ ...cause, text: `${cause.text}: its proxy at the called end says so` }));

function denialOf({ deniedBy, policy }: Asked): RequestCause[] {
  if (policy === null) return [];
  const rule = policyOrigin(deniedBy ?? "");
  const refs = policy.split(", ").flatMap((name) => {
    const [kind, namespace, own, ...more] = name.split("/");
    if (kind === undefined || namespace === undefined || own === undefined || /\s/.test(name)) return [];
    const ref = `${kind}/${namespace}/${own}`;
    const path = rule?.resource === ref ? rule.path : more.length > 0 ? `rule ${more.join("/")}` : undefined;
    return [{ ref, ...(path === undefined ? {} : { path }) }];
  });
  const limited = whyLimited(deniedBy ?? "");
  return [
    {
      title: limited !== undefined ? `limited by ${policy}` : refs.length > 0 ? `refused by ${policy}` : policy,
      text: limited ?? "the proxy refused it before the application saw it",
      refs,
    },
  ];
}

function explain({ title, text, field }: FlagCause, request: Asked): RequestCause {
  const { responseCodeDetails: details, routeResource, routePath, upstreamFailure } = request;
  const isPerTry = details.includes("per_try");
  const path = field === "timeout" && isPerTry ? "retries.perTryTimeout" : field;
  const refs =
    routeResource === null
      ? []
      : [{ ref: routeResource, ...(routePath === null || path === undefined ? {} : { path: `${routePath}.${path}` }) }];
  const why = upstreamFailure === null ? "" : `: ${upstreamFailure}`;
  return {
    title: field === "timeout" ? (isPerTry ? "per-try timeout" : "route timeout") : title,
    text: `${text}${why}`,
    refs: path === undefined ? [] : refs,
  };
}

/** What Envoy has no flag for. */
function byDetails(request: Asked): RequestCause[] {
  const { responseCodeDetails: details, responseCode, reporter, routeResource, routePath } = request;
  if (details === "direct_response" && routeResource !== null)
    return [
      {
        title: "answered directly",
        text: "the route answers itself; no service was asked",
        refs: [{ ref: routeResource, ...(routePath === null ? {} : { path: `${routePath}.directResponse` }) }],
      },
    ];
  if (responseCode >= 400 && (details === "via_upstream" || details === ""))
    return [
      reporter === "destination"
        ? {
            title: "the application's own answer",
            text: `it answered ${responseCode}; no proxy changed it`,
            refs: [],
          }
        : {
            title: "the called end's answer",
            text: `it answered ${responseCode}: its application, or a proxy before that, which tells of it in a record of its own`,
            refs: [],
          },
    ];
  if (responseCode >= 400 || responseCode === 0)
    return [{ title: details || "no answer", text: "as the proxy tells it", refs: [] }];
  return [];
}
