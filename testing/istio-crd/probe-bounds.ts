import { BOUNDS, type Bound, type CrdError, type CrdField } from "#testing/istio-crd/crd-field.ts";

type Ask = (spec: unknown) => readonly CrdError[];
/** Of a spec: names, 0 for the items of a list, a key for the values of a map. */
type Place = readonly (string | number)[];

const MUCH = 70_000;
/** More than the most items that a CRD takes. */
const MANY = 4200;
const KEY = "k";

/** For each type, what goes beyond each of its bounds. */
function beyond({ type, item }: CrdField): readonly unknown[] {
  const fill = item?.type === "string" ? "x" : item?.type === "integer" ? 1 : null;
  switch (type) {
    case "string":
      return ["", "\u0001".repeat(MUCH)];
    case "integer":
      return [-1e300, 1e300];
    case "list":
      return [[], Array.from({ length: MANY }, () => fill)];
    case "map":
      return [{}, Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`${KEY}${index}`, fill]))];
    default:
      return [];
  }
}

/**
 * The field with the bounds that its validator holds it to, and so all within. The validator is compiled: what it asks for is
 * found by giving it what goes beyond, and reading what it says.
 */
export function probeBounds(field: CrdField, ask: Ask, place: Place): CrdField {
  const path = place.map((step) => `/${step}`).join("");
  const saidOf = (value: unknown): readonly CrdError[] =>
    ask(inPlace(place, value)).filter(({ instancePath }) => instancePath === `/spec${path}`);
  const bounds: Partial<Record<Bound, number>> = {};
  let pattern: string | undefined;
  for (const value of beyond(field))
    for (const { keyword, params } of saidOf(value))
      if (keyword === "pattern") pattern = String(params.pattern);
      else if (BOUNDS.some((bound) => bound === keyword)) bounds[keyword as Bound] = Number(params.limit);
  return {
    ...field,
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(field.item === undefined
      ? {}
      : { item: probeBounds(field.item, ask, [...place, field.type === "list" ? 0 : KEY]) }),
    ...(field.members === undefined ? {} : probeMembers(field.members, ask, place, saidOf)),
  };
}

function probeMembers(
  members: Readonly<Record<string, CrdField>>,
  ask: Ask,
  place: Place,
  saidOf: (value: unknown) => readonly CrdError[],
): Pick<CrdField, "members" | "exclusive"> {
  const names = Object.keys(members);
  const exclude = (given: readonly string[]): boolean =>
    saidOf(Object.fromEntries(given.map((name) => [name, null]))).some(({ keyword }) => keyword === "oneOf");
  const exclusive = exclude(names)
    ? names.flatMap((one, index) =>
        names
          .slice(index + 1)
          .filter((other) => exclude([one, other]))
          .map((other): readonly [string, string] => [one, other]),
      )
    : [];
  return {
    members: Object.fromEntries(
      Object.entries(members).map(([name, member]) => [name, probeBounds(member, ask, [...place, name])]),
    ),
    ...(exclusive.length === 0 ? {} : { exclusive }),
  };
}

function inPlace(place: Place, value: unknown): unknown {
  return place.reduceRight<unknown>(
    (within, step) => (typeof step === "number" ? [within] : { [step]: within }),
    value,
  );
}
