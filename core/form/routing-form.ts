import { openDraft } from "#core/form/open-draft.ts";
import { otherFields } from "#core/form/other-fields.ts";
import { readTextMatch, type TextMatch } from "#core/form/text-match.ts";
import type { Destination } from "#core/kinds/virtual-service/destination.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRetry, HttpRoute, HttpRouteDestination } from "#core/kinds/virtual-service/http-route.ts";
import { VIRTUAL_SERVICE } from "#core/kinds/virtual-service/schema.ts";
import { type Share, sharesOf } from "#core/kinds/virtual-service/shares-of.ts";
import type { Path } from "#core/schema/path.ts";
import type { Draft } from "#core/schema/read-draft.ts";

/** A header or a query parameter. */
export interface NamedMatch extends TextMatch {
  readonly name: string;
}

/** All of its conditions must hold. */
export interface MatchForm {
  readonly uri: TextMatch | null;
  readonly method: TextMatch | null;
  readonly headers: readonly NamedMatch[];
  readonly queryParams: readonly NamedMatch[];
  /** Paths of conditions that only YAML shows. */
  readonly other: readonly string[];
}

export interface DestinationForm extends Share {
  readonly host: string;
  /** Empty for any version. */
  readonly subset: string;
  readonly port: number | null;
  readonly other: readonly string[];
}

export interface RetriesForm {
  readonly attempts: number | null;
  readonly perTryTimeout: string;
  readonly retryOn: string;
}

export interface MirrorForm {
  readonly host: string;
  /** Empty for any version. */
  readonly subset: string;
  /** Null for all of them. */
  readonly percent: number | null;
}

export interface RuleForm {
  readonly name: string;
  /** Any of them; none matches everything. */
  readonly matches: readonly MatchForm[];
  readonly destinations: readonly DestinationForm[];
  readonly timeout: string;
  readonly retries: RetriesForm | null;
  readonly delay: { readonly fixedDelay: string; readonly percent: number | null } | null;
  readonly abort: { readonly httpStatus: number | null; readonly percent: number | null } | null;
  /** Who gets a copy of the requests; its answers go nowhere. */
  readonly mirror: MirrorForm | null;
  /** Paths of fields of the rule that only YAML shows, its destinations' included. */
  readonly other: readonly string[];
}

/** A VirtualService as the routing form shows it. */
export interface RoutingForm {
  readonly name: string;
  readonly namespace: string;
  readonly hosts: readonly string[];
  /** `["mesh"]` when the document has none. */
  readonly gateways: readonly string[];
  readonly rules: readonly RuleForm[];
  readonly other: readonly string[];
}

/** Reads a document's value; what the form does not know is listed, not lost. */
export function readRoutingForm(document: unknown): RoutingForm {
  const { name, namespace, spec } = openDraft(VIRTUAL_SERVICE, document);
  const { hosts = [], gateways = [], http = [] } = spec;
  return {
    name,
    namespace,
    hosts,
    gateways: gateways.length === 0 ? ["mesh"] : gateways,
    rules: http.map((rule, index) => readRule(document, rule, ["spec", "http", index])),
    other: otherFields(document, ["spec"], ["hosts", "gateways", "http"]),
  };
}

const RULE_FIELDS = ["name", "match", "route", "timeout", "retries", "fault", "mirror", "mirrorPercentage"];

function readRule(document: unknown, rule: Draft<HttpRoute>, at: Path): RuleForm {
  const { name = "", match = [], route = [], timeout = "", retries, fault = {}, mirror } = rule;
  const { delay, abort } = fault;
  const destinations = readDestinations(document, route, [...at, "route"]);
  return {
    name,
    matches: match.map((each, index) => readMatch(document, each, [...at, "match", index])),
    destinations,
    timeout,
    retries: retries === undefined ? null : readRetries(retries),
    delay:
      delay === undefined ? null : { fixedDelay: delay.fixedDelay ?? "", percent: delay.percentage?.value ?? null },
    abort:
      abort === undefined ? null : { httpStatus: abort.httpStatus ?? null, percent: abort.percentage?.value ?? null },
    mirror: mirror === undefined ? null : readMirror(mirror, rule.mirrorPercentage),
    other: [
      ...otherFields(document, at, RULE_FIELDS),
      ...otherFields(document, [...at, "mirror"], ["host", "subset"]),
      ...otherFields(document, [...at, "retries"], ["attempts", "perTryTimeout", "retryOn"]),
      ...otherFields(document, [...at, "fault", "abort"], ["httpStatus", "percentage"]),
      ...destinations.flatMap((destination) => destination.other),
    ],
  };
}

function readMatch(document: unknown, { uri, method, headers, queryParams }: Draft<HttpMatch>, at: Path): MatchForm {
  return {
    uri: uri === undefined ? null : readTextMatch(uri),
    method: method === undefined ? null : readTextMatch(method),
    headers: readNamed(headers),
    queryParams: readNamed(queryParams),
    other: otherFields(document, at, ["uri", "method", "headers", "queryParams"]),
  };
}

function readNamed(matches: Draft<HttpMatch>["headers"] = {}): NamedMatch[] {
  return Object.entries(matches).map(([name, each]) => ({ name, ...readTextMatch(each) }));
}

function readMirror(
  { host = "", subset = "" }: Draft<Destination>,
  share: Draft<HttpRoute>["mirrorPercentage"],
): MirrorForm {
  return { host, subset, percent: share?.value ?? null };
}

function readDestinations(
  document: unknown,
  list: readonly Draft<HttpRouteDestination>[],
  at: Path,
): DestinationForm[] {
  const shares = sharesOf(list);
  return list.map(({ destination = {} }, index) => ({
    host: destination.host ?? "",
    subset: destination.subset ?? "",
    port: destination.port?.number ?? null,
    ...(shares[index] ?? { weight: 0, percent: 0 }),
    other: otherFields(document, [...at, index], ["destination", "weight"]),
  }));
}

function readRetries({ attempts, perTryTimeout = "", retryOn = "" }: Draft<HttpRetry>): RetriesForm {
  return { attempts: attempts ?? null, perTryTimeout, retryOn };
}
