import * as fc from "fast-check";
import { assertNever } from "#core/brand.ts";
import { KINDS, type Kind } from "#core/kinds/kinds.ts";
import type { FieldType, Handled } from "#core/schema/field.ts";
import type { Format } from "#core/schema/formats.ts";

/** Values by their path below the field ("match[].uri"), where the schema's own would not meet anything. */
export type Own = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Few and valid, so that settings and requests meet. */
const TEXTS: Readonly<Partial<Record<Format, readonly string[]>>> = {
  duration: ["1s", "5s", "250ms", "1h", "90s"],
  "duration-in-seconds": ["5s", "1h"],
  "duration-or-zero": ["1s", "250ms", "0s"],
  "keepalive-duration": ["1s", "75s", "7200s"],
  "header-name": ["x-a", "X-B", "x-c"],
  "header-text": ["a", "x-y", "b.example.com"],
  "header-value": ["v", "%REQ(x)%", "v2"],
  "file-path": ["/etc/certs/a.pem", "certs/b.pem"],
  "header-name-or-star": ["*", "x-a"],
  "match-header-name": ["x-a", "x-b", "cookie"],
  regex: ["a.*", "/x/.*", ".*"],
  "regex-or-star": ["*", "a.*"],
  "cors-method": ["GET", "POST", "*"],
  "retry-on": ["5xx", "503,reset", "gateway-error,connect-failure", "retriable-4xx"],
  "grpc-status": ["UNAVAILABLE", "OK"],
  "query-parameter-name": ["q", "p"],
};

/** What is below a kind's spec at a path of names; `[]` is a list's item. */
export function fieldOf(kind: Kind, ...path: readonly string[]): Handled {
  let field: Handled = KINDS[kind].schema;
  for (const step of path) {
    const { type } = field;
    const next =
      type.kind === "list" && step === "[]" ? type.item : type.kind === "message" ? type.members[step] : undefined;
    if (next?.status !== "handled") throw new Error(`${kind} has no ${path.join(".")}`);
    field = next;
  }
  return field;
}

/** A value of the field; about `density` of a message's optional members are set. */
export function meetingValue({ type }: Handled, density: number, own: Own = {}, path = ""): fc.Arbitrary<unknown> {
  const given = own[path];
  if (given !== undefined) return given;
  switch (type.kind) {
    case "message":
      return meetingMessage(type, density, own, path);
    case "list":
      return fc.array(meetingValue(type.item, density, own, `${path}[]`), { minLength: type.itemsMin, maxLength: 2 });
    case "map": {
      const keys = (type.keyFormat === undefined ? undefined : TEXTS[type.keyFormat]) ?? ["x-a", "x-b"];
      return fc.dictionary(fc.constantFrom(...keys), meetingValue(type.value, density, own, `${path}{}`), {
        maxKeys: 2,
      });
    }
    case "string":
      return fc.constantFrom(...((type.format === undefined ? undefined : TEXTS[type.format]) ?? ["a", "b"]));
    case "integer":
      return type.max === 65_535
        ? fc.constantFrom(80, 9080)
        : fc.constantFrom(type.min, Math.min(type.max, Math.max(type.min, 5)), Math.min(type.max, 100));
    case "number":
      return fc.constantFrom(...[0, 0.5, 50, 100].filter((each) => each >= type.min && each <= type.max));
    case "boolean":
      return fc.boolean();
    case "enum":
      return fc.constantFrom(...type.values);
    case "json":
      return fc.constant({ name: "a" });
    default:
      return assertNever(type);
  }
}

function meetingMessage(
  { members, exactlyOneOf, atMostOneOf }: Extract<FieldType, { kind: "message" }>,
  density: number,
  own: Own,
  path: string,
): fc.Arbitrary<object> {
  const handled = Object.entries(members).flatMap(([name, field]): [string, Handled][] =>
    field.status === "handled" ? [[name, field]] : [],
  );
  const holder = (name: string, field: Handled): fc.Arbitrary<object> =>
    meetingValue(field, density, own, path === "" ? name : `${path}.${name}`).map((value) => ({ [name]: value }));
  const choice = (names: readonly string[]): fc.Arbitrary<object>[] =>
    handled.filter(([name]) => names.includes(name)).map(([name, field]) => holder(name, field));
  const rarely = Math.max(1, Math.round(handled.length / density) - 1);
  const parts = handled
    .filter(([name]) => !exactlyOneOf.includes(name) && !atMostOneOf.includes(name))
    .map(([name, field]) =>
      field.isRequired
        ? holder(name, field)
        : fc.oneof({ weight: rarely, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: holder(name, field) }),
    );
  const [one, some] = [choice(exactlyOneOf), choice(atMostOneOf)];
  if (one.length > 0) parts.push(fc.oneof(...one));
  if (some.length > 0) parts.push(fc.oneof(fc.constant({}), fc.oneof(...some), fc.oneof(...some)));
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object);
}
