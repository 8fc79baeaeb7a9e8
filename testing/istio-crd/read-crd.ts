import { BOUNDS, type Bound, type CrdField } from "#testing/istio-crd/crd-field.ts";

/** A structural schema of Kubernetes, as far as Istio's CRDs use it. */
export interface CrdSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly additionalProperties?: CrdSchema | boolean;
  readonly items?: CrdSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly oneOf?: readonly { readonly required?: readonly string[] }[];
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string; readonly message?: string }[];
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** The field that a schema describes. */
export function readCrd(schema: CrdSchema): CrdField {
  const bounds = Object.fromEntries(
    BOUNDS.flatMap((name): [Bound, number][] => {
      const limit = (schema as Partial<Record<Bound, number>>)[name];
      return limit === undefined ? [] : [[name, limit]];
    }),
  );
  const item =
    schema.items ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
  const members = schema.properties;
  // An enum that may be the empty text is text in Istio's API.
  const values = schema.enum?.filter((value) => value !== "");
  return {
    type: typeOf(schema),
    ...(members === undefined
      ? {}
      : {
          members: Object.fromEntries(Object.entries(members).map(([name, member]) => [name, readCrd(member)])),
          required: schema.required ?? [],
          exclusive: pairsOf((schema.oneOf ?? []).flatMap(({ required = [] }) => required)),
        }),
    ...(item === undefined ? {} : { item: readCrd(item) }),
    ...(values === undefined ? {} : { values }),
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
    ...(schema.pattern === undefined ? {} : { pattern: schema.pattern }),
  };
}

/** Every CEL rule in a schema, where it stands, as references write it: "" for the schema itself. */
export function listRules(schema: CrdSchema, at = ""): readonly { readonly at: string; readonly says: string }[] {
  const within = (name: string): string => (at === "" ? name : `${at}.${name}`);
  return [
    ...(schema["x-kubernetes-validations"] ?? []).map(({ rule, message = rule }) => ({ at, says: message })),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => listRules(member, within(name))),
    ...(schema.items === undefined ? [] : listRules(schema.items, `${at}[]`)),
    ...(typeof schema.additionalProperties === "object" ? listRules(schema.additionalProperties, `${at}{}`) : []),
  ];
}

function typeOf(schema: CrdSchema): CrdField["type"] {
  if (schema.properties !== undefined) return "object";
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return "any";
  if (typeof schema.additionalProperties === "object") return "map";
  switch (schema.type) {
    case "string":
    case "boolean":
    case "integer":
    case "object":
      return schema.type;
    case "number":
      return "integer";
    case "array":
      return "list";
    default:
      return "any";
  }
}

function pairsOf(names: readonly string[]): readonly (readonly [string, string])[] {
  return names.flatMap((one, index) => names.slice(index + 1).map((other): readonly [string, string] => [one, other]));
}
