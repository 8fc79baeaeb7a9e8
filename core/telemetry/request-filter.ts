import {
  isRequestField,
  REQUEST_FIELD_NAMES,
  REQUEST_FIELDS,
  type RequestFieldName,
} from "#core/telemetry/request-fields.ts";

/** One thing that is asked of a request. */
export type RequestCondition =
  /** Has one of these values; of text, `*` stands for anything; "" for none. */
  | {
      readonly kind: "is";
      readonly field: RequestFieldName;
      readonly values: readonly string[];
      readonly isNot: boolean;
    }
  /** Numbers from, and up to; both ends belong to it. */
  | {
      readonly kind: "between";
      readonly field: RequestFieldName;
      readonly from?: number;
      readonly to?: number;
      readonly isNot: boolean;
    }
  /** Somewhere in what is searched, in any case. */
  | { readonly kind: "text"; readonly text: string; readonly isNot: boolean };

export interface ParsedFilter {
  readonly conditions: readonly RequestCondition[];
  /** What cannot be understood of it: nothing is looked for by that. */
  readonly errors: readonly string[];
}

export const FILTER_CHARS_MAX = 2000;
const CONDITIONS_MAX = 40;
const VALUES_MAX = 50;
/** What stands for "has none". */
const NONE = "none";

/**
 * Reads what people write: `code:503 -caller:loadgen duration:>250 path:/reviews/* timeout`. Conditions are joined by and, values of one
 * (`code:502,503`) by or; quotes hold spaces and commas together.
 */
export function parseRequestFilter(text: string): ParsedFilter {
  const conditions: RequestCondition[] = [];
  const errors: string[] = [];
  for (const token of tokensOf(text.slice(0, FILTER_CHARS_MAX))) {
    const read = readToken(token);
    if (typeof read === "string") errors.push(read);
    else if (read !== undefined) conditions.push(read);
  }
  if (conditions.length > CONDITIONS_MAX)
    errors.push(`${conditions.length} conditions: at most ${CONDITIONS_MAX} are looked for`);
  return { conditions: conditions.slice(0, CONDITIONS_MAX), errors };
}

/** As it is written; reads as the same. */
function formatCondition(condition: RequestCondition): string {
  const not = condition.isNot ? "-" : "";
  if (condition.kind === "text") return `${not}${quote(condition.text, /[\s":]/)}`;
  if (condition.kind === "is")
    return `${not}${condition.field}:${condition.values.map((value) => quote(value === "" ? NONE : value, /[\s",]/)).join(",")}`;
  const { from, to } = condition;
  const range = from === undefined ? `<=${to}` : to === undefined ? `>=${from}` : `${from}..${to}`;
  return `${not}${condition.field}:${range}`;
}

export function formatFilter(conditions: readonly RequestCondition[]): string {
  return conditions.map(formatCondition).join(" ");
}

/** The filter with a value asked for, or no more where it was; a field's values are one condition. */
export function toggleValue(text: string, field: RequestFieldName, value: string, isNot = false): string {
  const { conditions } = parseRequestFilter(text);
  const at = conditions.findIndex((each) => each.kind === "is" && each.field === field && each.isNot === isNot);
  const found = conditions[at];
  if (found?.kind !== "is") return formatFilter([...conditions, { kind: "is", field, values: [value], isNot }]);
  const values = found.values.includes(value)
    ? found.values.filter((each) => each !== value)
    : [...found.values, value];
  return formatFilter(
    conditions.flatMap((each, index) => (index !== at ? [each] : values.length === 0 ? [] : [{ ...found, values }])),
  );
}

function* tokensOf(text: string): Generator<string> {
  for (const [token] of text.matchAll(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/g)) yield token;
}

/** A condition, why it is none, or undefined for nothing at all. */
function readToken(token: string): RequestCondition | string | undefined {
  const isNot = token.startsWith("-") && token.length > 1;
  const told = isNot ? token.slice(1) : token;
  const [, name = "", rest = ""] = /^([a-zA-Z]+):(.*)$/s.exec(told) ?? [];
  if (name === "") {
    const text = unquote(told);
    return text === "" ? undefined : { kind: "text", text, isNot };
  }
  const field = name.toLowerCase();
  if (!isRequestField(field))
    return `${name}: is no field of requests (they are ${REQUEST_FIELD_NAMES.join(", ")}); quote it to look for the text`;
  const values = valuesOf(rest).slice(0, VALUES_MAX);
  if (values.length === 0) return `${name}: has no value; "${name}:${NONE}" finds those that have none`;
  const [only = ""] = values;
  if (REQUEST_FIELDS[field].type === "number") return readNumbers(field, values, isNot);
  if (only === NONE && values.length === 1) return { kind: "is", field, values: [""], isNot };
  return { kind: "is", field, values, isNot };
}

function readNumbers(field: RequestFieldName, values: readonly string[], isNot: boolean): RequestCondition | string {
  const [only = ""] = values;
  const range = values.length === 1 ? rangeOf(field, only) : undefined;
  if (range !== undefined) return { kind: "between", field, ...range, isNot };
  const wrong = values.find((value) => value !== NONE && !isNumber(value));
  if (wrong !== undefined)
    return `${field}: "${wrong}" is no number; write 503, >250, <=100, 100..500${field === "code" ? " or 5xx" : ""}`;
  return { kind: "is", field, values: values.map((value) => (value === NONE ? "" : value)), isNot };
}

function rangeOf(field: RequestFieldName, text: string): { readonly from?: number; readonly to?: number } | undefined {
  const classed = field === "code" ? /^([1-5])xx$/i.exec(text)?.[1] : undefined;
  if (classed !== undefined) return { from: Number(classed) * 100, to: Number(classed) * 100 + 99 };
  const [, sign = "", bound = ""] = /^(>=|<=|>|<)(-?[\d.]+)$/.exec(text) ?? [];
  if (isNumber(bound)) {
    const number = Number(bound);
    // Strictly more: by the next number that is told apart, a thousandth.
    if (sign === ">" || sign === ">=") return { from: sign === ">" ? number + 0.001 : number };
    return { to: sign === "<" ? number - 0.001 : number };
  }
  const [, from = "", to = ""] = /^([\d.]+?)\.\.([\d.]+)$/.exec(text) ?? [];
  return isNumber(from) && isNumber(to) ? { from: Number(from), to: Number(to) } : undefined;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

function valuesOf(text: string): string[] {
  return Array.from(text.matchAll(/"(?:[^"\\]|\\.)*"?|[^,"]+/g), ([value]) => unquote(value)).filter(
    (value) => value !== "",
  );
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1).replace(/"$/, "").replaceAll(/\\(.)/g, "$1") : text;
}

function quote(text: string, wanting: RegExp): string {
  return wanting.test(text) || text.startsWith("-") ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;
}
