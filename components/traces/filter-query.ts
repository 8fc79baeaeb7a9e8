import type { TraceFilter } from "#components/traces/trace-filter.ts";
import { parseTags } from "#components/traces/trace-filter.ts";
import { parseTraceQl } from "#core/traceql/parse-traceql.ts";
import type { Field, SpanCondition } from "#core/traceql/query.ts";

/** What of a filter stands in the fields of the form. */
export type FormFilter = Pick<
  TraceFilter,
  "service" | "operation" | "minDurationMs" | "maxDurationMs" | "errorsOnly" | "tags"
>;

const EMPTY: FormFilter = {
  ...{ service: "", operation: "", minDurationMs: null, maxDurationMs: null, errorsOnly: false, tags: "" },
};
const PARTS_OF_URL = ["name", ".http.url", ".url.path", ".http.target"] as const;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The form's fields as a query of TraceQL; empty where nothing is asked. */
export function queryOfForm(filter: FormFilter): string {
  const pattern = JSON.stringify(`(?i).*${escapeRegex(filter.operation)}.*`);
  const conditions = [
    ...(filter.service === "" ? [] : [`resource.service.name = ${JSON.stringify(filter.service)}`]),
    ...(filter.operation === "" ? [] : [`(${PARTS_OF_URL.map((part) => `${part} =~ ${pattern}`).join(" || ")})`]),
    ...Object.entries(parseTags(filter.tags)).map(([name, value]) => tagCondition(name, value)),
    ...(filter.errorsOnly ? ["status = error"] : []),
    ...(filter.minDurationMs === null ? [] : [`traceDuration >= ${filter.minDurationMs}ms`]),
    ...(filter.maxDurationMs === null ? [] : [`traceDuration <= ${filter.maxDurationMs}ms`]),
  ];
  return conditions.length === 0 ? "" : `{ ${conditions.join(" && ")} }`;
}

/** A number may be stored as one or as text. */
function tagCondition(name: string, value: string): string {
  const field = `span.${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}`;
  const asText = `${field} = ${JSON.stringify(value)}`;
  return NUMBER.test(value) || value === "true" || value === "false" ? `(${asText} || ${field} = ${value})` : asText;
}

/** The fields that ask for what a query asks for; null where the form has no words for it. */
export function formOfQuery(query: string): FormFilter | null {
  let parsed: ReturnType<typeof parseTraceQl>;
  try {
    parsed = parseTraceQl(query);
  } catch {
    return null;
  }
  const { spanset, stages } = parsed;
  if (spanset.kind !== "filter" || stages.length > 0) return null;
  let form = EMPTY;
  for (const condition of spanset.where === undefined ? [] : andedOf(spanset.where)) {
    const field = readCondition(condition);
    const [name] = Object.keys(field ?? {});
    if (field === null || name === undefined) return null;
    // One field asks for one thing; of tags any number.
    if (field.tags !== undefined) form = { ...form, tags: `${form.tags} ${field.tags}`.trim() };
    else if (form[name as keyof FormFilter] !== EMPTY[name as keyof FormFilter]) return null;
    else form = { ...form, ...field };
  }
  return form;
}

function andedOf(condition: SpanCondition): readonly SpanCondition[] {
  return condition.kind === "and" ? condition.of.flatMap(andedOf) : [condition];
}

function readCondition(condition: SpanCondition): Partial<FormFilter> | null {
  if (condition.kind === "or") return readOr(condition);
  if (condition.kind !== "compare") return null;
  const { field, op, value } = condition;
  if (isServiceName(field) && op === "=" && typeof value === "string") return { service: value };
  if (field.kind === "intrinsic") {
    if (field.name === "status" && op === "=" && typeof value === "object" && value?.word === "error")
      return { errorsOnly: true };
    if (field.name !== "traceDuration" || typeof value !== "number") return null;
    return op === ">=" ? { minDurationMs: value } : op === "<=" && value > 0 ? { maxDurationMs: value } : null;
  }
  return op === "=" && typeof value === "string" && field.scope === "span" ? { tags: tagOf(field.name, value) } : null;
}

/** Of what the form writes with alternatives: an operation, and a tag that may be a number. */
function readOr(condition: SpanCondition): Partial<FormFilter> | null {
  const parts = ored(condition).map((each) => (each.kind === "compare" ? each : null));
  const [first] = parts;
  if (first === undefined || first === null) return null;
  const pattern = typeof first.value === "string" ? /^\(\?i\)\.\*(.*)\.\*$/s.exec(first.value)?.[1] : undefined;
  if (pattern !== undefined) {
    const operation = pattern.replace(/\\(.)/g, "$1");
    const isOurs =
      queryOfForm({ ...EMPTY, operation }) ===
      `{ (${parts.map((each) => (each === null ? "" : `${written(each.field)} ${each.op} ${JSON.stringify(each.value)}`)).join(" || ")}) }`;
    return isOurs ? { operation } : null;
  }
  if (first.field.kind !== "attribute" || typeof first.value !== "string" || parts.length !== 2) return null;
  const second = parts[1];
  const isSame = second?.field.kind === "attribute" && second.field.name === first.field.name && second.op === "=";
  return isSame && String(second.value) === first.value && first.op === "=" && first.field.scope === "span"
    ? { tags: tagOf(first.field.name, first.value) }
    : null;
}

function ored(condition: SpanCondition): readonly SpanCondition[] {
  return condition.kind === "or" ? condition.of.flatMap(ored) : [condition];
}

function written(field: Field): string {
  if (field.kind === "intrinsic") return field.name;
  return `${field.scope === "any" ? "" : field.scope}.${field.name}`;
}

function isServiceName(field: Field): boolean {
  return field.kind === "intrinsic"
    ? field.name === "service"
    : field.name === "service.name" && field.scope !== "span";
}

/** The form's tags have no quotes within quotes. */
function tagOf(name: string, value: string): string {
  return `${name}=${/^[^\s"=]+$/.test(value) ? value : `"${value.replaceAll('"', "")}"`}`;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
