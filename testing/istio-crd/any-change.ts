import * as fc from "fast-check";
import type { CrdField } from "#testing/istio-crd/crd-field.ts";

const KEY = "k";

/** One value put into a document; what leads to it is made where it is missing. */
export interface Change {
  readonly place: readonly (string | number)[];
  readonly value: unknown;
}

/** Of a spec: any of its fields gets a value at, or just beyond, what its CRD bounds it by, or one of another type. */
export function anyChange(spec: CrdField): fc.Arbitrary<Change> {
  return fc
    .constantFrom(...places(spec, []))
    .chain(([place, field]) => anyNear(field).map((value) => ({ place, value })));
}

export function withChange(spec: object, { place, value }: Change): unknown {
  return put(spec, place, value);
}

function put(within: unknown, [step, ...rest]: Change["place"], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "number") {
    const items = Array.isArray(within) ? within : [];
    return items.length === 0 ? [put(undefined, rest, value)] : items.with(step, put(items[step], rest, value));
  }
  const members = typeof within === "object" && within !== null && !Array.isArray(within) ? within : {};
  return { ...members, [step]: put((members as Record<string, unknown>)[step], rest, value) };
}

function places(field: CrdField, place: Change["place"]): (readonly [Change["place"], CrdField])[] {
  const here: (readonly [Change["place"], CrdField])[] = place.length === 0 ? [] : [[place, field]];
  if (field.item !== undefined) return here.concat(places(field.item, [...place, field.type === "list" ? 0 : KEY]));
  return Object.entries(field.members ?? {}).reduce(
    (found, [name, member]) => found.concat(places(member, [...place, name])),
    here,
  );
}

const OTHERS = ["", "a", "80", 0, 1.5, true, [], {}, ["a"], { a: "b" }];

function anyNear({ type, bounds = {}, values, members, item }: CrdField): fc.Arbitrary<unknown> {
  const other = fc.constantFrom<unknown>(...OTHERS);
  const own = ((): readonly unknown[] => {
    switch (type) {
      case "string":
        return [
          ...(values ?? ["a", "a.b.c", "5s", "1.2.3.4", "/a", "*", "x y", "é", "\u0001"]),
          ...around(bounds.minLength).map((length) => "x".repeat(Math.max(0, length))),
          ...around(bounds.maxLength).map((length) => "x".repeat(length)),
        ];
      case "integer":
        return [1, 80, 200, 70_000, ...around(bounds.minimum), ...around(bounds.maximum)];
      case "boolean":
        return [true, false];
      case "list":
        return [...around(bounds.minItems), ...around(bounds.maxItems)]
          .filter((length) => length >= 0)
          .map((length) =>
            Array.from({ length }, () => (item?.type === "object" ? {} : item?.type === "integer" ? 1 : "a")),
          );
      case "map":
        return [...around(bounds.minProperties), ...around(bounds.maxProperties)]
          .filter((length) => length >= 0)
          .map((length) =>
            Object.fromEntries(
              Array.from({ length }, (_, index) => [
                `${KEY}${index}`,
                item?.type === "object" ? {} : item?.type === "integer" ? 1 : "a",
              ]),
            ),
          );
      case "object":
        return [{}];
      case "any":
        return [{ a: 1 }];
    }
  })();
  const mostly =
    own.length === 0
      ? other
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...own) }, { weight: 1, arbitrary: other });
  const names = Object.entries(members ?? {});
  if (names.length === 0) return mostly;
  // Some of its members, which may exclude each other.
  const some = fc
    .subarray(names, { minLength: 1, maxLength: Math.min(3, names.length) })
    .chain((chosen) =>
      fc.tuple(...chosen.map(([name, member]) => anyNear(member).map((value) => [name, value] as const))),
    )
    .map((entries) => Object.fromEntries(entries));
  return fc.oneof({ weight: 3, arbitrary: some }, { weight: 1, arbitrary: mostly });
}

function around(limit: number | undefined): readonly number[] {
  return limit === undefined ? [] : [limit - 1, limit, limit + 1];
}
