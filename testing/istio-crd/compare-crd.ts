import type { Field, Handled } from "#core/schema/field.ts";
import type { CrdField } from "#testing/istio-crd/crd-field.ts";

/** Names, 0 for the items of a list, a key for the values of a map. */
export type Place = readonly (string | number)[];
/** What is said against the value at a place, where all else is left out. */
export type Refusals = (place: Place, value: unknown) => readonly string[];

const KEY = "k";

/**
 * Where the schema says otherwise than the CRD, in and under a field: what the CRD has and it has not, what one of them
 * requires and the other does not, values of enums, members that exclude each other, and bounds and patterns that it does not
 * hold to. `http[].match[]: no field port`
 */
export function compareCrd(crd: CrdField, field: Field, refuse: Refusals, place: Place = []): readonly string[] {
  if (field.status !== "handled") return [];
  return [...compareShape(crd, field), ...compareBounds(crd, (value) => refuse(place, value))]
    .map((difference) => `${nameOf(place)}: ${difference}`)
    .concat(compareInside(crd, field, refuse, place));
}

function compareShape(crd: CrdField, { type }: Handled): readonly string[] {
  switch (type.kind) {
    case "message":
      if (crd.type !== "object") return [`is an object, and in the CRD ${crd.type}`];
      return [
        ...compareNames("field", Object.keys(crd.members ?? {}), Object.keys(type.members)),
        ...compareRequired(crd, Object.entries(type.members)),
        ...(crd.exclusive ?? [])
          .filter((pair) => pair.every((each) => type.members[each]?.status === "handled"))
          .filter(
            (pair) =>
              ![type.exactlyOneOf, type.atMostOneOf].some((group) => pair.every((each) => group.includes(each))),
          )
          .map(([one, other]) => `${one} and ${other} do not exclude each other`),
      ];
    case "enum":
      if (crd.values === undefined) return crd.type === "string" ? [] : [`is text, and in the CRD ${crd.type}`];
      return compareNames("value", crd.values, [...type.values, ...Object.keys(type.refused)]);
    case "string":
      return crd.type === "string" && crd.values === undefined
        ? []
        : [`is text, and in the CRD ${crd.values?.join(" | ") ?? crd.type}`];
    case "integer":
    case "number":
      return crd.type === "integer" ? [] : [`is a number, and in the CRD ${crd.type}`];
    default:
      return crd.type === type.kind ? [] : [`is a ${type.kind}, and in the CRD ${crd.type}`];
  }
}

function compareNames(what: string, theirs: readonly string[], ours: readonly string[]): readonly string[] {
  return [
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `no ${what} ${name}`),
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `${what} ${name} is not in the CRD`),
  ];
}

function compareRequired(crd: CrdField, members: readonly (readonly [string, Field])[]): readonly string[] {
  return members.flatMap(([name, member]) => {
    const isRequired = crd.required?.includes(name) === true;
    if (member.status !== "handled" || member.isRequired === isRequired) return [];
    return [isRequired ? `${name} is required in the CRD` : `${name} is not required in the CRD`];
  });
}

function compareBounds(
  { bounds = {}, pattern }: CrdField,
  refuse: (value: unknown) => readonly string[],
): readonly string[] {
  const beyond: readonly (readonly [name: string, limit: number | undefined, value: (limit: number) => unknown])[] = [
    ["minimum", bounds.minimum, (limit) => limit - 1],
    ["maximum", bounds.maximum, (limit) => limit + 1],
    ["minLength", bounds.minLength, (limit) => "x".repeat(limit - 1)],
    ["maxLength", bounds.maxLength, (limit) => "x".repeat(limit + 1)],
    ["minItems", bounds.minItems, (limit) => itemsOf(limit - 1)],
    ["maxItems", bounds.maxItems, (limit) => itemsOf(limit + 1)],
    ["minProperties", bounds.minProperties, (limit) => entriesOf(limit - 1)],
    ["maxProperties", bounds.maxProperties, (limit) => entriesOf(limit + 1)],
  ];
  return [
    ...beyond.flatMap(([name, limit, value]) =>
      limit === undefined || refuse(value(limit)).length > 0 ? [] : [`${name} ${limit} is not held to`],
    ),
    ...(pattern === undefined || refuse("\u0001").length > 0 ? [] : [`pattern ${pattern} is not held to`]),
  ];
}

const itemsOf = (count: number): readonly null[] => Array.from({ length: count }, () => null);
const entriesOf = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${KEY}${index}`, null]));

function compareInside(crd: CrdField, { type }: Handled, refuse: Refusals, place: Place): readonly string[] {
  if (type.kind === "message")
    return Object.entries(type.members).flatMap(([name, member]) => {
      const theirs = crd.members?.[name];
      return theirs === undefined ? [] : compareCrd(theirs, member, refuse, [...place, name]);
    });
  if (crd.item === undefined) return [];
  if (type.kind === "list") return compareCrd(crd.item, type.item, refuse, [...place, 0]);
  if (type.kind === "map") return compareCrd(crd.item, type.value, refuse, [...place, KEY]);
  return [];
}

function nameOf(place: Place): string {
  return place
    .map((step, index) => (step === 0 ? "[]" : step === KEY ? "{}" : index === 0 ? step : `.${step}`))
    .join("");
}
