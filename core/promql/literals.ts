const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** "1h30m" in ms; undefined for what is no duration. */
function parseDuration(text: string): number | undefined {
  if (!/^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(text) || text === "") return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    ms += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return ms;
}

/** A number as PromQL writes it, a duration in seconds among them; undefined for what is none. */
export function parseNumber(text: string): number | undefined {
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/s.exec(text.trim()) ?? [];
  const size = parseSize(body.trim());
  return size === undefined ? undefined : sign === "-" ? -size : size;
}

function parseSize(text: string): number | undefined {
  const word = text.toLowerCase();
  if (word === "inf") return Number.POSITIVE_INFINITY;
  if (word === "nan") return Number.NaN;
  const plain = text.replaceAll("_", "");
  if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8);
  if (/^(0x[\da-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(plain)) return Number(plain);
  const ms = parseDuration(plain);
  return ms === undefined ? undefined : ms / 1000;
}

/** The shortest text that is the number, without an exponent. */
export function plainNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = "", first = "", rest = "", exponent = "0"] = found;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** As Prometheus' API writes a sample's value. */
export function apiNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** As Prometheus' API writes an alert's value: with an exponent of two digits at least. */
export function exponentNumber(value: number): string {
  if (!Number.isFinite(value)) return apiNumber(value);
  const text = Object.is(value, -0) ? "-0e+0" : value.toExponential();
  return text.replace(/([+-])(\d)$/, "$10$2");
}

const ESCAPED: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/** What a literal in quotes says; undefined where it is none. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || quote === undefined || literal.at(-1) !== quote) return undefined;
  const body = literal.slice(1, -1);
  if (quote === "`") return body;
  let isBad = false;
  // Escapes by number are bytes, and bytes are UTF-8.
  const bytes: number[] = [];
  const add = (text: string): void => void bytes.push(...new TextEncoder().encode(text));
  const pattern = /\\(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))|([^\\]+)|\\/gs;
  for (const [, hex, octal, short, long, char, plain] of body.matchAll(pattern)) {
    if (plain !== undefined) add(plain);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (short !== undefined) add(String.fromCodePoint(Number.parseInt(short, 16)));
    else if (long !== undefined && Number.parseInt(long, 16) <= 0x10ffff)
      add(String.fromCodePoint(Number.parseInt(long, 16)));
    else {
      const meant =
        char === undefined || (char === "'" && quote === '"') || (char === '"' && quote === "'")
          ? undefined
          : ESCAPED[char];
      if (meant === undefined) isBad = true;
      else add(meant);
    }
  }
  return isBad ? undefined : new TextDecoder().decode(Uint8Array.from(bytes));
}
