import { expect, test } from "vitest";
import { layOutObject, type ObjectType } from "#core/form/lay-out-object.ts";
import { DOCUMENTS, KIND_NAMES, KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { Handled } from "#core/schema/field.ts";
import {
  described,
  explicit,
  integer,
  list,
  message,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const namesOf = (members: readonly { readonly name: string }[]) => members.map(({ name }) => name);

function objectOf({ type }: Handled): ObjectType {
  if (type.kind !== "message") throw new Error("no object");
  return type;
}

/** Every object that a document of a kind may hold. */
function objectsIn(field: Handled): readonly ObjectType[] {
  const { type } = field;
  if (type.kind === "list") return objectsIn(type.item);
  if (type.kind === "map") return objectsIn(type.value);
  if (type.kind !== "message") return [];
  return [type, ...Object.values(type.members).flatMap((each) => (each.status === "handled" ? objectsIn(each) : []))];
}

test.each(KIND_NAMES)(
  "the form of a new %s leads to every field that is handled, and each of them stands once",
  (kind: Kind) => {
    expect(objectsIn(KINDS[kind].schema)[0]).toBeDefined();
    for (const type of objectsIn(DOCUMENTS[kind])) {
      const handled = Object.entries(type.members).filter(([, { status }]) => status === "handled");
      // Beside what they go with.
      const beside = Object.values(type.members).flatMap((field) => {
        const goesWith = field.status === "handled" ? field.goesWith : undefined;
        return goesWith === undefined ? [] : [[goesWith.field, goesWith.values?.[0] ?? "set"] as const];
      });
      const { simple, nested, choice, addable } = layOutObject(type, Object.fromEntries(beside), []);
      const alternatives = namesOf(choice?.members ?? []);
      const asked = namesOf([...simple, ...nested]).filter((name) => !alternatives.includes(name));
      expect([...asked, ...alternatives, ...namesOf(addable)].sort()).toEqual(handled.map(([name]) => name).sort());
    }
  },
);

const TLS = message({
  mode: required(oneOf(["SIMPLE", "MUTUAL"])),
  names: list(string()),
  script: described(string(), { form: "lines" }),
  limits: message({ most: integer() }),
  old: refused("use mode"),
});

test("what must be given is there, what is simple beside it, and the rest can be added", () => {
  const layout = layOutObject(objectOf(TLS), { old: 1, unknown: 2 }, []);
  expect(namesOf(layout.simple)).toEqual(["mode", "names"]);
  expect(namesOf(layout.nested)).toEqual([]);
  expect(namesOf(layout.addable)).toEqual(["script", "limits"]);
  expect(layout.others).toEqual(["old", "unknown"]);
  expect(namesOf(layOutObject(objectOf(TLS), { limits: {} }, ["script"]).nested)).toEqual(["script", "limits"]);
});

test("of many optional fields those alone are shown that are set or were added", () => {
  const many = message(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, explicit(string())])));
  const layout = layOutObject(objectOf(many), { f3: "" }, ["f7"]);
  expect(namesOf(layout.simple)).toEqual(["f3", "f7"]);
  expect(layout.addable).toHaveLength(7);
});

test("of alternatives one is chosen, and beside one that is there no other can be added", () => {
  const one = objectOf(message({ http: string(), tcp: message({}) }, { exactlyOneOf: ["http", "tcp"] }));
  expect(layOutObject(one, {}, [])).toMatchObject({
    simple: [],
    nested: [],
    choice: { chosen: undefined },
    addable: [],
  });
  expect(namesOf(layOutObject(one, { tcp: {} }, []).nested)).toEqual(["tcp"]);
  const most = objectOf(
    message({ inline: string(), uri: string(), other: string() }, { atMostOneOf: ["inline", "uri"] }),
  );
  expect(namesOf(layOutObject(most, {}, []).simple)).toEqual(["inline", "uri", "other"]);
  const chosen = layOutObject(most, { uri: "https://a" }, []);
  expect(namesOf([...chosen.simple, ...chosen.addable])).toEqual(["uri", "other"]);
});

test("what goes with another field, or a value of it, is asked for there alone, and shown where it is set all the same", () => {
  const type = objectOf(
    message({
      mode: described(oneOf(["Evenly", "AtOnce"]), { default: "Evenly" }),
      amount: string(),
      per: described(string(), { goesWith: { field: "amount" } }),
      rate: described(string(), { goesWith: { field: "mode", values: ["Evenly"] } }),
    }),
  );
  const shown = (value: Readonly<Record<string, unknown>>, opened: readonly string[] = []) => {
    const { simple, addable } = layOutObject(type, value, opened);
    return namesOf([...simple, ...addable]);
  };
  expect(shown({})).toEqual(["mode", "amount", "rate"]);
  expect(shown({}, ["amount"])).toEqual(["mode", "amount", "per", "rate"]);
  expect(shown({ amount: "1", mode: "AtOnce" })).toEqual(["mode", "amount", "per"]);
  expect(shown({ per: "1s", rate: "2", mode: "AtOnce" })).toEqual(["mode", "amount", "per", "rate"]);
});
