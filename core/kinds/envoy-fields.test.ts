import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { listEnvoyFields } from "#core/schema/list-envoy-fields.ts";
import { listFields } from "#core/schema/list-fields.ts";

const GENERATED = join(import.meta.dirname, "../../proto/gen/envoy");
const MESSAGE = /@generated from message (envoy\.\S+)|@generated from field: .*?(\w+) = \d+/g;

/** Message, with those around it in its file, and field: `RouteAction.HashPolicy.header`. */
function fieldsOfEnvoy(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of readdirSync(GENERATED, { recursive: true, encoding: "utf8" }).filter((each) =>
    each.endsWith(".d.ts"),
  )) {
    let message = "";
    for (const [, named, field] of readFileSync(join(GENERATED, file), "utf8").matchAll(MESSAGE))
      if (named === undefined) found.add(`${message}.${field}`);
      else message = named.replace(/^.*?\.(?=[A-Z])/, "");
  }
  return found;
}

/** Of a folder, without its tests. */
function sourceOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/\.test\.ts$|testing\//.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
}

test.each(KIND_NAMES)("each field of a %s that is handled says what it becomes in Envoy", (kind) => {
  const said = listEnvoyFields(KINDS[kind].schema);
  const silent = listFields(KINDS[kind].schema).flatMap(([path, field]) =>
    field.status !== "handled" || field.type.kind === "message" || said.has(path) || isSaidInside(path, said)
      ? []
      : [path],
  );
  expect(silent).toEqual([]);
});

/** Of a list or map whose items say it. */
function isSaidInside(path: string, said: ReadonlyMap<string, string>): boolean {
  return [...said.keys()].some((each) => each.startsWith(`${path}[]`) || each.startsWith(`${path}{}`));
}

test("what they name is in Envoy's API, and written by the translator; else they begin with `none: `", () => {
  const known = fieldsOfEnvoy();
  expect(known.size).toBeGreaterThan(1000);
  const translator = sourceOf(join(import.meta.dirname, "../../server/envoy"));
  const isWritten = (field: string): boolean => {
    const name = field.replace(/^.*\./, "").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return new RegExp(`\\b${name}\\b`).test(translator);
  };
  const wrong = KIND_NAMES.flatMap((kind) =>
    [...new Set(listEnvoyFields(KINDS[kind].schema).values())].flatMap((text) => {
      const named = text.match(/\b[A-Z]\w*(?:\.\w+)+/g) ?? [];
      if (named.length === 0) return text.startsWith("none: ") ? [] : [`${kind}: ${text}`];
      return named.filter((each) => !known.has(each) || !isWritten(each)).map((each) => `${kind}: ${each}`);
    }),
  );
  expect([...new Set(wrong)]).toEqual([]);
});
