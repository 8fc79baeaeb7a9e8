import { otherFields } from "#core/form/other-fields.ts";
import { listOf, numberOf, recordOf, textOf, textsOf } from "#core/form/read-loosely.ts";
import { readTextMatch, type TextMatch } from "#core/form/text-match.ts";
import type { Path } from "#core/schema/path.ts";

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

export interface DestinationForm {
  readonly host: string;
  /** Empty for any version. */
  readonly subset: string;
  readonly port: number | null;
  /** As it counts: a lone destination has 100, an unset weight among several 0. Its part of the sum, not a percentage. */
  readonly weight: number;
  /** What it gets of the rule's requests, in percent to one decimal. */
  readonly percent: number;
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
export function readRoutingForm(value: unknown): RoutingForm {
  const metadata = recordOf(recordOf(value).metadata);
  const spec = recordOf(recordOf(value).spec);
  const gateways = textsOf(spec.gateways);
  return {
    name: textOf(metadata.name),
    namespace: textOf(metadata.namespace) || "default",
    hosts: textsOf(spec.hosts),
    gateways: gateways.length === 0 ? ["mesh"] : gateways,
    rules: listOf(spec.http).map((rule, index) => readRule(rule, ["spec", "http", index])),
    other: otherFields(spec, ["spec"], ["hosts", "gateways", "http"]),
  };
}

const RULE_FIELDS = ["name", "match", "route", "timeout", "retries", "fault", "mirror", "mirrorPercentage"];

function readRule(value: unknown, at: Path): RuleForm {
  const rule = recordOf(value);
  const fault = recordOf(rule.fault);
  const destinations = readDestinations(rule.route, [...at, "route"]);
  return {
    name: textOf(rule.name),
    matches: listOf(rule.match).map((match, index) => readMatch(match, [...at, "match", index])),
    destinations,
    timeout: textOf(rule.timeout),
    retries: rule.retries === undefined ? null : readRetries(rule.retries),
    delay: fault.delay === undefined ? null : readDelay(fault.delay),
    abort: fault.abort === undefined ? null : readAbort(fault.abort),
    mirror: rule.mirror === undefined ? null : readMirror(rule),
    other: [
      ...otherFields(rule, at, RULE_FIELDS),
      ...otherFields(rule.mirror, [...at, "mirror"], ["host", "subset"]),
      ...otherFields(rule.retries, [...at, "retries"], ["attempts", "perTryTimeout", "retryOn"]),
      ...otherFields(fault.abort, [...at, "fault", "abort"], ["httpStatus", "percentage"]),
      ...destinations.flatMap((destination) => destination.other),
    ],
  };
}

function readMatch(value: unknown, at: Path): MatchForm {
  const match = recordOf(value);
  return {
    uri: match.uri === undefined ? null : readTextMatch(match.uri),
    method: match.method === undefined ? null : readTextMatch(match.method),
    headers: readNamed(match.headers),
    queryParams: readNamed(match.queryParams),
    other: otherFields(match, at, ["uri", "method", "headers", "queryParams"]),
  };
}

function readNamed(value: unknown): NamedMatch[] {
  return Object.entries(recordOf(value)).map(([name, each]) => ({ name, ...readTextMatch(each) }));
}

function readMirror({ mirror, mirrorPercentage }: Readonly<Record<string, unknown>>): MirrorForm {
  const { host, subset } = recordOf(mirror);
  return { host: textOf(host), subset: textOf(subset), percent: numberOf(recordOf(mirrorPercentage).value) };
}

function readDestinations(value: unknown, at: Path): DestinationForm[] {
  const list = listOf(value);
  const weights = list.map((each) => numberOf(recordOf(each).weight) ?? (list.length === 1 ? 100 : 0));
  const sum = weights.reduce((total, weight) => total + Math.max(0, weight), 0);
  return list.map((each, index) => {
    const entry = recordOf(each);
    const weight = weights[index] ?? 0;
    const destination = recordOf(entry.destination);
    return {
      host: textOf(destination.host),
      subset: textOf(destination.subset),
      port: numberOf(recordOf(destination.port).number),
      weight,
      percent: list.length === 1 ? 100 : sum === 0 ? 0 : Math.round((1000 * Math.max(0, weight)) / sum) / 10,
      other: otherFields(entry, [...at, index], ["destination", "weight"]),
    };
  });
}

function readRetries(value: unknown): RetriesForm {
  const { attempts, perTryTimeout, retryOn } = recordOf(value);
  return { attempts: numberOf(attempts), perTryTimeout: textOf(perTryTimeout), retryOn: textOf(retryOn) };
}

function readDelay(value: unknown): NonNullable<RuleForm["delay"]> {
  const { fixedDelay, percentage } = recordOf(value);
  return { fixedDelay: textOf(fixedDelay), percent: numberOf(recordOf(percentage).value) };
}

function readAbort(value: unknown): NonNullable<RuleForm["abort"]> {
  const { httpStatus, percentage } = recordOf(value);
  return { httpStatus: numberOf(httpStatus), percent: numberOf(recordOf(percentage).value) };
}
