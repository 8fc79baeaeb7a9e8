import * as fc from "fast-check";
import { assertNever } from "#core/brand.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { FieldType, Handled } from "#core/schema/field.ts";
import { BASES, type PublishedKind } from "#testing/oracle/arbitrary/near-bases.ts";
import { NEAR, NUMBERS, TEXTS } from "#testing/oracle/arbitrary/near-texts.ts";
import type { Written } from "#testing/oracle/world.ts";

/** Where in a spec something is put; `at` chooses an item of a list. */
interface Edit {
  readonly path: readonly Step[];
  readonly at: number;
  readonly how: "set" | "delete" | "duplicate";
  readonly value: unknown;
}
type Step = string | typeof ITEM;
const ITEM = Symbol("item");
const DEPTH_MAX = 9;

/** A document of any kind that is valid, or nearly: a usual one with a few fields set to what may be right or wrong. */
export const nearDocument: fc.Arbitrary<Written> = fc
  .constantFrom(...(Object.keys(BASES) as PublishedKind[]))
  .chain((kind) =>
    fc
      .tuple(fc.constantFrom(...BASES[kind]), fc.array(anyEdit(kind), { minLength: 1, maxLength: 3 }))
      .map(([base, edits]) => ({
        kind,
        name: "a",
        namespace: "default",
        age: 0,
        spec: edits.reduce<object>((spec, edit) => apply(spec, edit) as object, structuredClone(base)),
      })),
  );

const EDITS = new Map<Kind, fc.Arbitrary<Edit>>();
function anyEdit(kind: Kind): fc.Arbitrary<Edit> {
  const known = EDITS.get(kind);
  if (known !== undefined) return known;
  const places = [...placesOf(KINDS[kind].schema, [])];
  const made = fc.constantFrom(...places).chain(({ path, field }) =>
    fc.record({
      path: fc.constant(path),
      at: fc.nat({ max: 2 }),
      how: fc.constantFrom<Edit["how"]>("set", "set", "set", "set", "set", "set", "delete", "duplicate"),
      value: nearValue(field),
    }),
  );
  EDITS.set(kind, made);
  return made;
}

function* placesOf(field: Handled, path: readonly Step[]): Generator<{ path: readonly Step[]; field: Handled }> {
  if (path.length > 0) yield { path, field };
  if (path.length === DEPTH_MAX) return;
  const { type } = field;
  if (type.kind === "list") yield* placesOf(type.item, [...path, ITEM]);
  if (type.kind !== "message") return;
  for (const [name, member] of Object.entries(type.members))
    if (member.status === "handled") yield* placesOf(member, [...path, name]);
}

const junk = fc.constantFrom<unknown>("", 0, [], {}, true, "x", null);
const oneIn = (weight: number, rare: fc.Arbitrary<unknown>, usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });

function nearValue({ type }: Handled, depth = 0): fc.Arbitrary<unknown> {
  return oneIn(40, junk, nearOf(type, depth));
}

function nearOf(type: FieldType, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "message":
      return nearMessage(type, depth);
    case "map": {
      const keys = (type.keyFormat === undefined ? undefined : NEAR[type.keyFormat]) ?? TEXTS;
      return fc.dictionary(fc.constantFrom(...keys), nearValue(type.value, depth + 1), { maxKeys: 2 });
    }
    case "list":
      return fc.array(nearValue(type.item, depth + 1), { maxLength: 2 });
    case "string": {
      const near = type.format === undefined ? undefined : NEAR[type.format];
      return near === undefined
        ? fc.constantFrom(...TEXTS)
        : oneIn(14, fc.constantFrom(...TEXTS), fc.constantFrom(...near));
    }
    case "integer":
    case "number":
      return fc.constantFrom(...NUMBERS);
    case "boolean":
      return fc.boolean();
    case "enum": {
      const rare = [...Object.keys(type.refused), "", "nope", (type.values[0] ?? "").toLowerCase()];
      return oneIn(3, fc.constantFrom(...rare), fc.constantFrom(...type.values));
    }
    case "json":
      return fc.constantFrom({}, { name: "a" }, { nobody: 1 });
    default:
      return assertNever(type);
  }
}

function nearMessage(type: Extract<FieldType, { kind: "message" }>, depth: number): fc.Arbitrary<object> {
  const members = Object.entries(type.members).flatMap(([name, field]): [string, Handled][] =>
    field.status === "handled" ? [[name, field]] : [],
  );
  const rarely = Math.max(1, Math.round((members.length * (depth + 1)) / 2));
  const parts = members.map(([name, member]) => {
    const value = nearValue(member, depth + 1).map((each) => ({ [name]: each }));
    return member.isRequired
      ? oneIn(30, fc.constant({}), value)
      : fc.oneof({ weight: rarely, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: value });
  });
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object);
}

/** The value with the edit made; what is missing on the way there is made. */
function apply(value: unknown, { path, ...edit }: Edit): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return edit.value;
  if (step === ITEM) {
    const list: unknown[] = Array.isArray(value) ? [...value] : [];
    const index = list.length === 0 ? 0 : edit.at % list.length;
    if (rest.length === 0 && edit.how === "delete") list.splice(index, 1);
    else if (rest.length === 0 && edit.how === "duplicate") list.push(structuredClone(list[index] ?? edit.value));
    else list[index] = apply(list[index], { path: rest, ...edit });
    return list;
  }
  const object: Record<string, unknown> =
    typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  if (rest.length === 0 && edit.how === "delete") delete object[step];
  else object[step] = apply(object[step], { path: rest, ...edit });
  return object;
}
