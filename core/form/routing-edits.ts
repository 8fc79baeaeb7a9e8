import { rebalanceWeights } from "#core/form/rebalance-weights.ts";
import type { DestinationForm, RuleForm } from "#core/form/routing-form.ts";
import { type TextMatch, writeTextMatch } from "#core/form/text-match.ts";
import type { DocumentEdit } from "#core/resource/edit-document.ts";
import { formatPath, type PathSegment } from "#core/resource/path.ts";

/** `spec.http[rule]…` */
export function rulePath(rule: number, ...rest: readonly PathSegment[]): string {
  return formatPath(["spec", "http", rule, ...rest]);
}

/** Sets text; empty text takes the field away. */
export function setText(path: string, value: string): DocumentEdit[] {
  return [value === "" ? { op: "delete", path } : { op: "set", path, value }];
}

export function setNumber(path: string, value: number | null): DocumentEdit[] {
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
    ...setWeights(rule, form, weights).filter((edit) => edit.path !== rulePath(rule, "route", destination, "weight")),
    { op: "delete", path: rulePath(rule, "route", destination) },
  ];
}

function writeDestination({ host, subset, port }: Pick<DestinationForm, "host" | "subset" | "port">): object {
  return { host, ...(subset === "" ? {} : { subset }), ...(port === null ? {} : { port: { number: port } }) };
}

/** A rule for some of the requests, to the same place as the one it is put before. */
export function addRule(rules: readonly RuleForm[], at: number): DocumentEdit[] {
  const near = rules[at] ?? rules.at(-1);
  const route = (near?.destinations ?? []).slice(0, 1).map((each) => ({ destination: writeDestination(each) }));
  return [
    {
      op: "insert",
      path: rulePath(at),
      value: { match: [{ uri: { prefix: "/" } }], ...(route.length === 0 ? {} : { route }) },
    },
  ];
}

/** Where a new rule would be reached: before the first that takes everything. */
export function newRulePosition(rules: readonly RuleForm[]): number {
  const catchAll = rules.findIndex(({ matches }) => matches.length === 0);
  return catchAll < 0 ? rules.length : catchAll;
}

export type ConditionKind = "uri" | "method" | "header";

const NEW_CONDITION = {
  uri: { uri: { prefix: "/" } },
  method: { method: { exact: "GET" } },
  header: { headers: { "": { exact: "" } } },
} as const satisfies Record<ConditionKind, object>;

/** Adds a condition to a match, which is made when the rule has none there. */
export function addCondition(rule: number, form: RuleForm, match: number, kind: ConditionKind): DocumentEdit[] {
  if (match >= form.matches.length)
    return [{ op: "insert", path: rulePath(rule, "match", form.matches.length), value: NEW_CONDITION[kind] }];
  if (kind === "header")
    return [{ op: "set", path: rulePath(rule, "match", match, "headers", ""), value: { exact: "" } }];
  return [{ op: "set", path: rulePath(rule, "match", match, kind), value: Object.values(NEW_CONDITION[kind])[0] }];
}

/** Takes a condition away, and with the last one its match, and with the last match the list. */
export function removeCondition(
  rule: number,
  form: RuleForm,
  match: number,
  condition: { readonly kind: "uri" | "method" } | { readonly kind: "header"; readonly name: string },
): DocumentEdit[] {
  const here = form.matches[match];
  if (here === undefined) return [];
  const count = (here.uri ? 1 : 0) + (here.method ? 1 : 0) + here.headers.length + here.other.length;
  if (count <= 1) return removeMatch(rule, form, match);
  if (condition.kind !== "header") return [{ op: "delete", path: rulePath(rule, "match", match, condition.kind) }];
  const rest = here.headers.length <= 1 ? [] : [condition.name];
  return [{ op: "delete", path: rulePath(rule, "match", match, "headers", ...rest) }];
}

export function removeMatch(rule: number, form: RuleForm, match: number): DocumentEdit[] {
  const rest = form.matches.length <= 1 ? [] : [match];
  return [{ op: "delete", path: rulePath(rule, "match", ...rest) }];
}

export function setCondition(rule: number, match: number, kind: "uri" | "method", value: TextMatch): DocumentEdit[] {
  return [{ op: "set", path: rulePath(rule, "match", match, kind), value: writeTextMatch(value) }];
}

export function setHeader(rule: number, match: number, name: string, value: TextMatch): DocumentEdit[] {
  return [{ op: "set", path: rulePath(rule, "match", match, "headers", name), value: writeTextMatch(value) }];
}

export function renameHeader(rule: number, form: RuleForm, match: number, from: string, to: string): DocumentEdit[] {
  const header = form.matches[match]?.headers.find(({ name }) => name === from);
  if (header === undefined || from === to) return [];
  return [
    { op: "delete", path: rulePath(rule, "match", match, "headers", from) },
    ...setHeader(rule, match, to, header),
  ];
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

/** Mesh alone is what a document without gateways means. */
export function setGateways(gateways: readonly string[]): DocumentEdit[] {
  const isDefault = gateways.length === 0 || (gateways.length === 1 && gateways[0] === "mesh");
  return [
    isDefault ? { op: "delete", path: "spec.gateways" } : { op: "set", path: "spec.gateways", value: [...gateways] },
  ];
}
