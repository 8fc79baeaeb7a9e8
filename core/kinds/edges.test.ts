// What a schema says of a field is what reading does: its bounds are taken, and nothing beyond them; what is refused or
// ignored is told so, by the path of the field.
import { describe, expect, test } from "vitest";
import { DOCUMENTS, KIND_NAMES, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { type Field, type FieldType, ITEMS_MAX } from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/** Texts of any length are of these formats. */
const ANY_LENGTH: readonly (Format | undefined)[] = [
  undefined,
  "header-text",
  "header-value",
  "policy-text",
  "file-path",
];
/** Names that a map of the format may have; of those that are not here, `x1`, `x2`, … */
const NAMES: Partial<Record<Format, (index: number) => string>> = {
  "port-number": (index) => `${1000 + index}`,
  "port-key": (index) => `${1000 + index}`,
};

interface Trial {
  readonly value: unknown;
  /** Code that is told of the field; null when it is taken. */
  readonly code: string | null;
}

const taken = (...values: readonly unknown[]): Trial[] => values.map((value) => ({ value, code: null }));
const refused = (...values: readonly unknown[]): Trial[] => values.map((value) => ({ value, code: "bad-value" }));

/** In a list or a map every value counts, zero too. */
function trials(field: Field, isHeld: boolean): Trial[] {
  if (field.status !== "handled")
    return [{ value: "x", code: field.status === "refused" ? "field-not-handled" : "field-ignored" }];
  const { type, hasPresence } = field;
  switch (type.kind) {
    case "boolean":
      return [...taken(true, false), { value: "true", code: "wrong-type" }];
    case "integer":
    case "number": {
      const step = type.kind === "integer" ? 1 : 1e-6;
      const beyond = [type.min - step, type.max + step];
      return [
        ...taken(type.min, type.max),
        ...beyond.flatMap((value) => (value === 0 && !hasPresence && !isHeld ? taken(value) : refused(value))),
        ...(type.kind === "integer" ? [{ value: type.max - 0.5, code: "wrong-type" }] : []),
      ];
    }
    case "enum":
      return [
        ...taken(...type.values),
        ...refused("NONE_SUCH"),
        ...Object.keys(type.refused).map((value) => ({ value, code: "value-not-handled" })),
      ];
    case "string": {
      const { bytesMax } = type;
      const wrong = { value: 1, code: "wrong-type" };
      if (bytesMax === undefined || !ANY_LENGTH.includes(type.format) || bytesMax > 100_000) return [wrong];
      const longest = "é".repeat(bytesMax / 2) + "x".repeat(bytesMax % 2);
      return [wrong, ...taken(longest), ...refused(`${longest}x`)];
    }
    case "list":
      return [
        ...refused(Array.from({ length: (type.itemsMax ?? ITEMS_MAX) + 1 }, () => 0)),
        ...(type.itemsMin > 0 && hasPresence ? refused([]) : []),
      ];
    case "map": {
      return refused(
        Object.fromEntries(Array.from({ length: type.sizeMax + 1 }, (_, index) => [nameIn(type, index), null])),
      );
    }
    case "message":
    case "json":
      return [{ value: "x", code: "wrong-type" }];
  }
}

/** `http[].headers{}.exact` as a path in a document, and the document with the value there. */
function place(kind: Kind, name: string, value: unknown): { readonly path: Path; readonly text: string } {
  const steps = name.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? [];
  let type: FieldType = DOCUMENTS[kind].type;
  const path = steps.map((step): string | number => {
    const below: Field | undefined =
      type.kind === "list"
        ? type.item
        : type.kind === "map"
          ? type.value
          : type.kind === "message"
            ? type.members[step]
            : undefined;
    const key = step === "[]" ? 0 : step === "{}" ? nameIn(type) : step;
    if (below?.status === "handled") type = below.type;
    return key;
  });
  const inner = path.reduceRight<unknown>((held, key) => (typeof key === "number" ? [held] : { [key]: held }), value);
  const head = { apiVersion: `${KINDS[kind].group}/${versionsOf(kind)[0]}`, kind, metadata: { name: "a" } };
  return { path, text: JSON.stringify({ ...head, ...(inner as object) }) };
}

function nameIn(type: FieldType, index = 1): string {
  const format = type.kind === "map" ? type.keyFormat : undefined;
  return (format === undefined ? undefined : NAMES[format]?.(index)) ?? `x${index}`;
}

describe.each(KIND_NAMES)("%s", (kind) => {
  test.each(listFields(KINDS[kind].schema, "spec").slice(1))("%s", (name, field) => {
    for (const { value, code } of trials(field, /[\]}]$/.test(name))) {
      const { path, text } = place(kind, name, value);
      const found = parseDocuments(text).diagnostics.filter((each) => formatPath(each.path ?? []) === formatPath(path));
      // What it says beside others, or what it lacks, is another matter.
      const codes = found.map((each) => each.code).filter((each) => CODES.has(each));
      expect([name, JSON.stringify(value)?.slice(0, 80), codes]).toEqual([
        name,
        JSON.stringify(value)?.slice(0, 80),
        code === null ? [] : [code],
      ]);
    }
  });
});

const CODES: ReadonlySet<string> = new Set([
  "bad-value",
  "wrong-type",
  "value-not-handled",
  "field-not-handled",
  "field-ignored",
]);
