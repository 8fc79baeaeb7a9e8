import { expect, test } from "vitest";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { REFUSED_MEMBERS } from "#core/kinds/refused-members.ts";
import { UNHANDLED_KINDS } from "#core/kinds/unhandled-kinds.ts";
import { listFields } from "#core/schema/list-fields.ts";

/** How a next step begins. */
const STEP =
  /\b(?:apply|choose|declare|give|leave it out|let|look (?:at|there)|name|require|scrape|set|start|take|use|write)\b/;

test.each(KIND_NAMES)("each field and value of a %s that is refused says what to do instead", (kind) => {
  const silent = listFields(KINDS[kind].schema).flatMap(([path, field]) => {
    if (field.status === "refused") return STEP.test(field.reason) ? [] : [`${path}: ${field.reason}`];
    if (field.status !== "handled" || field.type.kind !== "enum") return [];
    const refused = Object.entries(field.type.refused).filter(([, reason]) => !STEP.test(reason));
    return refused.map(([value, reason]) => `${path}: ${value}: ${reason}`);
  });
  expect([...new Set(silent)]).toEqual([]);
});

test("so does each kind", () => {
  for (const { reason } of Object.values(UNHANDLED_KINDS)) expect(reason).toMatch(/\b(?:do it in|says which)\b/);
});

test.each(KIND_NAMES)("what a refused field of a %s is said to hold is in one that is refused", (kind) => {
  const refused = listFields(KINDS[kind].schema).flatMap(([path, { status }]) => (status === "refused" ? [path] : []));
  const isHeld = (member: string) =>
    refused.some((path) => new RegExp(`^${RegExp.escape(path)}(?:\\.|\\[|\\{)`).test(member));
  expect((REFUSED_MEMBERS[kind] ?? []).filter((member) => !isHeld(member))).toEqual([]);
});
