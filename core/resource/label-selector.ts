import { PharosError } from "#core/errors.ts";
import type { Labels } from "#core/resource/labels.ts";
import { FORMATS } from "#core/schema/formats.ts";

/** One condition on the labels of a resource. Of `values` there is at least one; "" is a value too. */
export type Requirement =
  | { readonly op: "in" | "not-in"; readonly key: string; readonly values: readonly string[] }
  | { readonly op: "exists" | "absent"; readonly key: string }
  | { readonly op: "greater" | "less"; readonly key: string; readonly than: number };

interface Token {
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

const EXAMPLES = "for example `app=reviews`, `version!=v1`, `version in (v1,v2)`, `tier`, `!canary`; commas mean and";
const PART = /\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+|$)/y;
const SYMBOL = /^[=!<>(),]/;
const WHOLE_NUMBER = /^-?\d{1,15}$/;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  PART.lastIndex = 0;
  for (;;) {
    // Every character belongs to a part, so the pattern matches wherever it stands.
    const found = PART.exec(text)?.[1] ?? "";
    tokens.push({ text: found, at: PART.lastIndex - found.length });
    if (found === "") return tokens;
  }
}

/**
 * The labels that `-l` asks for, in kubectl's grammar (Kubernetes 1.34, `labels.Parse`): `k=v`, `k==v`, `k!=v`, `k in (a,b)`,
 * `k notin (a,b)`, `k`, `!k`, `k>1`, `k<1`, all of which must hold. An empty text asks for nothing. Throws `invalid` with the place.
 */
export function parseLabelSelector(text: string): readonly Requirement[] {
  const tokens = tokenize(text);
  let next = 0;

  const fail = (what: string, { at }: Token): never => {
    throw new PharosError("invalid", `label selector ${JSON.stringify(text)}: ${what} at character ${at + 1}`, {
      hint: EXAMPLES,
    });
  };
  const peek = (): Token => tokens[next] ?? { text: "", at: text.length };
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  const found = ({ text: word }: Token): string => (word === "" ? "the end" : JSON.stringify(word));
  const expect = (symbol: string): void => {
    const token = take();
    if (token.text !== symbol) fail(`"${symbol}" is missing: there is ${found(token)}`, token);
  };

  function readKey(): string {
    const token = take();
    if (token.text === "" || SYMBOL.test(token.text)) fail(`a label is missing: there is ${found(token)}`, token);
    const problem = FORMATS["label-key"](token.text);
    if (problem !== undefined) fail(`${JSON.stringify(token.text)} ${problem},`, token);
    return token.text;
  }

  /** Nothing before a comma, a bracket or the end is the empty value. */
  function readValue(): string {
    const token = peek();
    if (token.text === "" || token.text === "," || token.text === ")") return "";
    next += 1;
    const problem = SYMBOL.test(token.text) ? "is not a label value" : FORMATS["label-value"](token.text);
    if (problem !== undefined) fail(`${JSON.stringify(token.text)} ${problem},`, token);
    return token.text;
  }

  function readValues(): string[] {
    expect("(");
    const values = [readValue()];
    while (peek().text === ",") {
      next += 1;
      values.push(readValue());
    }
    expect(")");
    return values;
  }

  function readNumber(): number {
    const token = take();
    if (!WHOLE_NUMBER.test(token.text)) fail(`a whole number is missing: there is ${found(token)}`, token);
    return Number(token.text);
  }

  function readRequirement(): Requirement {
    if (peek().text === "!") {
      next += 1;
      return { op: "absent", key: readKey() };
    }
    const key = readKey();
    const operator = peek();
    if (operator.text === "" || operator.text === ",") return { op: "exists", key };
    next += 1;
    switch (operator.text) {
      case "=":
      case "==":
        return { op: "in", key, values: [readValue()] };
      case "!=":
        return { op: "not-in", key, values: [readValue()] };
      case "in":
        return { op: "in", key, values: readValues() };
      case "notin":
        return { op: "not-in", key, values: readValues() };
      case ">":
        return { op: "greater", key, than: readNumber() };
      case "<":
        return { op: "less", key, than: readNumber() };
      default:
        return fail(`"=", "!=", "in" or "notin" is missing: there is ${found(operator)}`, operator);
    }
  }

  if (peek().text === "") return [];
  const requirements = [readRequirement()];
  while (peek().text !== "") {
    const comma = take();
    if (comma.text !== ",") fail(`"," is missing: there is ${found(comma)}`, comma);
    requirements.push(readRequirement());
  }
  return requirements;
}

/** True when all of them hold. As in Kubernetes, `k!=v` and `k notin (v)` also hold where there is no label `k`. */
export function meetsRequirements(labels: Labels, requirements: readonly Requirement[]): boolean {
  const labelOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return requirements.every((requirement) => meets(labelOf(requirement.key), requirement));
}

function meets(value: string | undefined, requirement: Requirement): boolean {
  switch (requirement.op) {
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "not-in":
      return value === undefined || !requirement.values.includes(value);
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "greater":
      return value !== undefined && WHOLE_NUMBER.test(value) && Number(value) > requirement.than;
    case "less":
      return value !== undefined && WHOLE_NUMBER.test(value) && Number(value) < requirement.than;
  }
}
