import type { CrdField } from "#testing/istio-crd/crd-field.ts";

const TOKENS = /"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|[{}()[\]<>;:?&|,]/g;

/**
 * The type that a declaration file gives the member `spec` of a kind, as a field: `{ "a"?: Array<string> }`. Of an intersection
 * the first part, which has all members; the others only say which of them exclude each other.
 */
export function readType(declarations: string): CrdField {
  const text = declarations.replace(/\/\*[\s\S]*?\*\//g, "");
  const tokens = text.slice(text.search(/^\s+"spec"\??:/m)).match(TOKENS) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? "";
  const skip = (expected: string): void => {
    const token = next();
    if (token !== expected) throw new Error(`${expected} was expected, and there is ${token} (token ${at})`);
  };
  const taken = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  /** Up to what closes it; it is open. */
  const skipGroup = (): void => {
    for (let depth = 1; depth > 0; ) {
      const token = next();
      if (token === "(") depth += 1;
      else if (token === ")") depth -= 1;
      else if (token === "") throw new Error("the declarations end within parentheses");
    }
  };

  function field(): CrdField {
    const alternatives = [part()];
    while (taken("|")) alternatives.push(part());
    const [first] = alternatives;
    if (first === undefined) throw new Error("no type");
    return alternatives.length === 1 || first.values === undefined
      ? first
      : { type: "string", values: alternatives.flatMap(({ values = [] }) => values) };
  }

  function part(): CrdField {
    const first = primary();
    while (taken("&")) {
      skip("(");
      skipGroup();
    }
    return first;
  }

  function primary(): CrdField {
    const token = next();
    if (token.startsWith('"')) return { type: "string", values: [JSON.parse(token) as string] };
    if (token === "string" || token === "boolean") return { type: token };
    if (token === "number") return { type: "integer" };
    if (token === "any") return { type: "any" };
    if (token === "Array") {
      skip("<");
      const item = field();
      skip(">");
      return { type: "list", item };
    }
    if (token !== "{") throw new Error(`${token} is no type that is read`);
    const members: Record<string, CrdField> = {};
    const required: string[] = [];
    while (!taken("}")) {
      if (taken("[")) {
        // [key: string]: TYPE
        at += 4;
        skip(":");
        const item = field();
        taken(";");
        skip("}");
        return item.type === "any" ? { type: "any" } : { type: "map", item };
      }
      const name = JSON.parse(next()) as string;
      if (!taken("?")) required.push(name);
      skip(":");
      members[name] = field();
      skip(";");
    }
    return { type: "object", members, required };
  }

  next();
  taken("?");
  skip(":");
  return field();
}
