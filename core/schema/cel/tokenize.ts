export interface Token {
  readonly kind: "name" | "number" | "string" | "sign" | "end";
  readonly text: string;
  /** Of a string what it says, of a number what it is. */
  readonly value?: string | number;
  /** Characters before it. */
  readonly at: number;
}

/** Why a text is no expression. */
export class CelProblem extends Error {}

const SPACE = /^(?:[ \t\n\f\r]+|\/\/[^\n]*)/;
const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*/;
const NUMBER = /^(?:0x[0-9a-fA-F]+u?|[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+(?:[eE][+-]?[0-9]+)|[0-9]+u?)/;
const SIGN = /^(?:&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}])/;
const STRING = /^(?:[rR]?)(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\r\n]|\\[\s\S])*"|'(?:[^'\\\r\n]|\\[\s\S])*')/;
const RAW_STRING = /^[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\r\n]*"|'[^'\r\n]*')/;
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  '"': '"',
  "'": "'",
  "`": "`",
};
const ESCAPE = /^\\(?:([abfnrtv\\?"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/;
const CODE_POINT_MAX = 0x10ffff;
const INTEGER_MAX = 2n ** 63n;

/** The parts of an expression (the lexis of CEL's language definition, without bytes). Throws a CelProblem. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = SPACE.exec(rest)?.[0];
    if (space === undefined) tokens.push(nextToken(rest, at));
    at += space?.length ?? tokens.at(-1)?.text.length ?? 1;
  }
  return [...tokens, { kind: "end", text: "", at }];
}

function nextToken(rest: string, at: number): Token {
  const raw = RAW_STRING.exec(rest)?.[0];
  const string = raw ?? STRING.exec(rest)?.[0];
  if (string !== undefined) return { kind: "string", text: string, value: readString(string, raw !== undefined), at };
  const number = NUMBER.exec(rest)?.[0];
  if (number !== undefined) return { kind: "number", text: number, value: readNumber(number), at };
  const name = NAME.exec(rest)?.[0];
  if (name !== undefined) return { kind: "name", text: name, at };
  const sign = SIGN.exec(rest)?.[0];
  if (sign !== undefined) return { kind: "sign", text: sign, at };
  throw new CelProblem(`${JSON.stringify(rest[0])} at ${at + 1} begins nothing`);
}

function readNumber(text: string): number {
  const digits = text.replace(/u$/, "");
  if (/^(?:0x[0-9a-fA-F]+|[0-9]+)$/.test(digits) && BigInt(digits) >= INTEGER_MAX)
    throw new CelProblem(`${text} is too large`);
  return Number(digits);
}

function readString(text: string, isRaw: boolean): string {
  const bare = text.replace(/^[rR]/, "");
  const quote = /^(?:"""|'''|"|')/.exec(bare)?.[0].length ?? 1;
  const inner = bare.slice(quote, -quote);
  if (isRaw && inner.endsWith("\\")) throw new CelProblem(`${text} ends with \\, which Envoy takes for no end`);
  if (isRaw) return inner;
  let read = "";
  for (let at = 0; at < inner.length; ) {
    if (inner[at] !== "\\") {
      read += inner[at];
      at += 1;
      continue;
    }
    const found = ESCAPE.exec(inner.slice(at));
    if (found === null) throw new CelProblem(`${inner.slice(at, at + 2)} is no escape`);
    const [whole, plain, hex, four, eight, octal] = found;
    const code = octal === undefined ? Number.parseInt(hex ?? four ?? eight ?? "0", 16) : Number.parseInt(octal, 8);
    if (code > CODE_POINT_MAX || (code >= 0xd800 && code < 0xe000)) throw new CelProblem(`${whole} is no character`);
    read += plain === undefined ? String.fromCodePoint(code) : (ESCAPES[plain] ?? plain);
    at += whole.length;
  }
  return read;
}
