import { AGGREGATES, INTRINSICS } from "#core/traceql/query.ts";

/** What can stand where the cursor is, and what of it is there already. */
export interface Completing {
  readonly kind: "field" | "value" | "stage";
  /** Where what is there begins. */
  readonly from: number;
  readonly typed: string;
  /** Of a value: the field that it is of. */
  readonly field?: string;
}

const FIELD = String.raw`(?:(?:span|resource|trace)[.:]|\.)(?:"(?:[^"\\]|\\.)*"|[^\s{}()|><~=!,&"]+)|[a-zA-Z]+`;
const VALUE = new RegExp(String.raw`(${FIELD})\s*(?:=~|!~|!=|>=|<=|=|>|<)\s*("(?:[^"\\]|\\.)*|[\w.]*)$`);
const NAME = /(?:[{(,]|&&|\|\||(?<![=])!(?![=~]))\s*([^\s{}()|><~=!,&"]*)$/;
const STAGE = /[^|]\|\s*(\w*)$/;

/** Undefined where nothing can be said, as within a text. */
export function completeTraceQl(text: string, cursor: number): Completing | undefined {
  const before = text.slice(0, cursor);
  const [, field, value] = VALUE.exec(before) ?? [];
  if (field !== undefined && value !== undefined)
    return { kind: "value", field, typed: value, from: cursor - value.length };
  if (isWithinText(before)) return undefined;
  const [, name] = NAME.exec(before) ?? [];
  if (name !== undefined) return { kind: "field", typed: name, from: cursor - name.length };
  const [, stage] = STAGE.exec(before) ?? [];
  return stage === undefined ? undefined : { kind: "stage", typed: stage, from: cursor - stage.length };
}

function isWithinText(before: string): boolean {
  return (before.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
}

/** Stages as they are written. */
export const STAGES: readonly string[] = [
  ...AGGREGATES.map((name) => (name === "count" ? "count() > " : `${name}(duration) > `)),
  "select(",
  "by(",
  "coalesce()",
];

/** Fields to choose among: intrinsics, and attributes with the scope that they were seen in. */
export function fieldsOf(names: { readonly span: readonly string[]; readonly resource: readonly string[] }): string[] {
  return [
    ...INTRINSICS,
    ...names.span.map((name) => `span.${quoted(name)}`),
    ...names.resource.map((name) => `resource.${quoted(name)}`),
  ];
}

function quoted(name: string): string {
  return /^[^\s{}()|><~=!,&"]+$/.test(name) ? name : JSON.stringify(name);
}

/** A value as it is written for a field: words of `status` and `kind` and numbers stand alone, the rest in quotes. */
export function writtenValue(field: string, value: string): string {
  const isWord = /^(span:)?(status|kind)$/.test(field);
  return isWord || /^-?\d+(\.\d+)?$/.test(value) || value === "true" || value === "false"
    ? value
    : JSON.stringify(value);
}
