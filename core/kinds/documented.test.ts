import { expect, test } from "vitest";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { describeType } from "#core/schema/describe-type.ts";
import type { Field } from "#core/schema/field.ts";

const membersOf = (field: Field): readonly (readonly [string, Field])[] =>
  field.status === "handled" && field.type.kind === "message" ? Object.entries(field.type.members) : [];

/** Of a list its items may say it, of an object all that it holds. */
function isDocumented(field: Field): boolean {
  if (field.status !== "handled" || field.doc !== undefined || field.note !== undefined) return true;
  if (field.type.kind === "list") return isDocumented(field.type.item);
  const members = membersOf(field);
  return members.length > 0 && members.every(([, member]) => isDocumented(member));
}

test.each(KIND_NAMES)("the editor says what each field of a %s is for", (kind) => {
  const silent = membersOf(KINDS[kind].schema).flatMap(([name, field]) =>
    isDocumented(field) || field.status !== "handled" ? [] : [`${name}: ${describeType(field.type)}`],
  );
  expect(silent).toEqual([]);
});
