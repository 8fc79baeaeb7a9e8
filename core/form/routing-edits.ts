import { rebalanceWeights } from "#core/form/rebalance-weights.ts";
import type { DestinationForm, RuleForm } from "#core/form/routing-form.ts";
import { type TextMatch, writeTextMatch } from "#core/form/text-match.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import { isWithin, type Path } from "#core/schema/path.ts";

/** Of a rule of a VirtualService, or of what is in it. */
export function rulePath(rule: number, ...rest: Path): Path {
  return ["spec", "http", rule, ...rest];
}

/** Sets text; empty text takes the field away. */
export function setText(path: Path, value: string): DocumentEdit[] {
  return [value === "" ? { op: "delete", path } : { op: "set", path, value }];
}

export function setNumber(path: Path, value: number | null): DocumentEdit[] {
  return [value === null ? { op: "delete", path } : { op: "set", path, value }];
}

/** One destination's share; the others follow, so that the sum stays 100. */
export function setWeight(rule: number, form: RuleForm, destination: number, share: number): DocumentEdit[] {
  return setWeights(
    rule,
    form,
    rebalanceWeights(
      form.destinations.map(({ weight }) => weight),
      destination,
      share,
    ),
  );
}

export function setWeights(rule: number, form: RuleForm, weights: readonly number[]): DocumentEdit[] {
  return weights.flatMap((value, index) =>
    form.destinations[index]?.weight === value
      ? []
      : [{ op: "set" as const, path: rulePath(rule, "route", index, "weight"), value }],
  );
}

/** A new destination starts without traffic; the ones there are keep theirs, now written out. */
export function addDestination(
  rule: number,
  form: RuleForm,
  destination: Pick<DestinationForm, "host" | "subset" | "port">,
): DocumentEdit[] {
  const isFirst = form.destinations.length === 0;
  const written = form.destinations.length === 1 ? [100] : [];
  return [
    ...written.map((value) => ({ op: "set" as const, path: rulePath(rule, "route", 0, "weight"), value })),
    {
      op: "insert",
      path: rulePath(rule, "route", form.destinations.length),
      value: { destination: writeDestination(destination), ...(isFirst ? {} : { weight: 0 }) },
    },
  ];
}

/** What the removed one had goes to the others. */
export function removeDestination(rule: number, form: RuleForm, destination: number): DocumentEdit[] {
  const weights = rebalanceWeights(
    form.destinations.map(({ weight }) => weight),
    destination,
    0,
  );
  return [
    ...setWeights(rule, form, weights).filter(({ path }) => !isWithin(path, rulePath(rule, "route", destination))),
    { op: "delete", path: rulePath(rule, "route", destination) },
  ];
}

function writeDestination({ host, subset, port }: Pick<DestinationForm, "host" | "subset" | "port">): object {
  return { host, ...(subset === "" ? {} : { subset }), ...(port === null ? {} : { port: { number: port } }) };
}

/** A rule for some of the requests, to the same place as the one it is put before; which ones is asked for. */
export function addRule(rules: readonly RuleForm[], at: number): DocumentEdit[] {
  const near = rules[at] ?? rules.at(-1);
  const route = (near?.destinations ?? []).slice(0, 1).map((each) => ({ destination: writeDestination(each) }));
  return [
    {
      op: "insert",
      path: rulePath(at),
      value: { match: [NEW_CONDITION.uri], ...(route.length === 0 ? {} : { route }) },
    },
  ];
}

/** Where a new rule would be reached: before the first that takes everything. */
export function newRulePosition(rules: readonly RuleForm[]): number {
  const catchAll = rules.findIndex(({ matches }) => matches.length === 0);
  return catchAll < 0 ? rules.length : catchAll;
}

export type NamedKind = "header" | "query";
export type ConditionKind = "uri" | "method" | NamedKind;

/** Where conditions with a name stand. */
const NAMED_FIELD = { header: "headers", query: "queryParams" } as const satisfies Record<NamedKind, string>;

function isNamed(kind: ConditionKind): kind is NamedKind {
  return kind === "header" || kind === "query";
}

const NEW_CONDITION = {
  uri: { uri: { prefix: "" } },
  method: { method: { exact: "GET" } },
  header: { headers: { "": { exact: "" } } },
  query: { queryParams: { "": { exact: "" } } },
} as const satisfies Record<ConditionKind, object>;

/** Adds a condition to a match, which is made when the rule has none there. */
export function addCondition(rule: number, form: RuleForm, match: number, kind: ConditionKind): DocumentEdit[] {
  if (match >= form.matches.length)
    return [{ op: "insert", path: rulePath(rule, "match", form.matches.length), value: NEW_CONDITION[kind] }];
  if (isNamed(kind))
    return [{ op: "set", path: rulePath(rule, "match", match, NAMED_FIELD[kind], ""), value: { exact: "" } }];
  return [{ op: "set", path: rulePath(rule, "match", match, kind), value: Object.values(NEW_CONDITION[kind])[0] }];
}

/** Takes a condition away, and with the last one its match, and with the last match the list. */
export function removeCondition(
  rule: number,
  form: RuleForm,
  match: number,
  condition: { readonly kind: "uri" | "method" } | { readonly kind: NamedKind; readonly name: string },
): DocumentEdit[] {
  const here = form.matches[match];
  if (here === undefined) return [];
  const named = here.headers.length + here.queryParams.length;
  const count = (here.uri ? 1 : 0) + (here.method ? 1 : 0) + named + here.other.length;
  if (count <= 1) return removeMatch(rule, form, match);
  if (!("name" in condition)) return [{ op: "delete", path: rulePath(rule, "match", match, condition.kind) }];
  const field = NAMED_FIELD[condition.kind];
  const rest = here[field].length <= 1 ? [] : [condition.name];
  return [{ op: "delete", path: rulePath(rule, "match", match, field, ...rest) }];
}

export function removeMatch(rule: number, form: RuleForm, match: number): DocumentEdit[] {
  const rest = form.matches.length <= 1 ? [] : [match];
  return [{ op: "delete", path: rulePath(rule, "match", ...rest) }];
}

export function setCondition(rule: number, match: number, kind: "uri" | "method", value: TextMatch): DocumentEdit[] {
  return [{ op: "set", path: rulePath(rule, "match", match, kind), value: writeTextMatch(value) }];
}

/** A condition on a header or a query parameter, by its kind and name. */
export interface NamedPlace {
  readonly match: number;
  readonly kind: NamedKind;
  readonly name: string;
}

export function namedPath(rule: number, { match, kind, name }: NamedPlace): Path {
  return rulePath(rule, "match", match, NAMED_FIELD[kind], name);
}

export function setNamed(rule: number, place: NamedPlace, value: TextMatch): DocumentEdit[] {
  return [{ op: "set", path: namedPath(rule, place), value: writeTextMatch(value) }];
}

/** In its place among the others, so that no row of the form becomes another. */
export function renameNamed(rule: number, form: RuleForm, place: NamedPlace, to: string): DocumentEdit[] {
  const isThere = form.matches[place.match]?.[NAMED_FIELD[place.kind]].some(({ name }) => name === place.name);
  return isThere !== true || place.name === to ? [] : [{ op: "rename", path: namedPath(rule, place), to }];
}

const RETRIES_DEFAULT = { attempts: 2, perTryTimeout: "2s", retryOn: "connect-failure,refused-stream,5xx" };

export function toggleRetries(rule: number, isOn: boolean): DocumentEdit[] {
  const path = rulePath(rule, "retries");
  return [isOn ? { op: "set", path, value: RETRIES_DEFAULT } : { op: "delete", path }];
}

const FAULT_DEFAULT = {
  delay: { fixedDelay: "2s", percentage: { value: 10 } },
  abort: { httpStatus: 503, percentage: { value: 10 } },
};

/** The last of the two takes `fault` with it. */
export function toggleFault(rule: number, form: RuleForm, kind: "delay" | "abort", isOn: boolean): DocumentEdit[] {
  if (isOn) return [{ op: "set", path: rulePath(rule, "fault", kind), value: FAULT_DEFAULT[kind] }];
  const other = kind === "delay" ? form.abort : form.delay;
  return [{ op: "delete", path: rulePath(rule, "fault", ...(other === null ? [] : [kind])) }];
}

/** Copies of the requests go there; null ends it, and the share with it. */
export function setMirror(
  rule: number,
  form: RuleForm,
  to: Pick<DestinationForm, "host" | "subset"> | null,
): DocumentEdit[] {
  if (to !== null)
    return [{ op: "set", path: rulePath(rule, "mirror"), value: writeDestination({ ...to, port: null }) }];
  const share =
    form.mirror?.percent === null ? [] : [{ op: "delete" as const, path: rulePath(rule, "mirrorPercentage") }];
  return [{ op: "delete", path: rulePath(rule, "mirror") }, ...share];
}

/** Null for all of them. */
export function setMirrorPercent(rule: number, percent: number | null): DocumentEdit[] {
  const path = rulePath(rule, "mirrorPercentage");
  return [percent === null ? { op: "delete", path } : { op: "set", path, value: { value: percent } }];
}

/** Mesh alone is what a document without gateways means. */
export function setGateways(gateways: readonly string[]): DocumentEdit[] {
  const isDefault = gateways.length === 0 || (gateways.length === 1 && gateways[0] === "mesh");
  const path = ["spec", "gateways"];
  return [isDefault ? { op: "delete", path } : { op: "set", path, value: [...gateways] }];
}
