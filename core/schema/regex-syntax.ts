/** Largest count of one repetition, and of nested ones multiplied, that RE2 takes. */
const REPEAT_MAX = 1000;
/** Instructions of one compiled pattern; the bootstrap sets Envoy's re2.max_program_size.error_level to the same. */
const REGEX_PROGRAM_MAX = 32_768;

const CLASS_ESCAPE = /^[dDsSwW]$/;
const SIMPLE_ESCAPE = /^[aftnrv]$/;

/**
 * What RE2, Envoy's engine, would say against a pattern; undefined when it takes it. RE2 has no lookaround, no
 * backreferences, no possessive repetition (https://github.com/google/re2/wiki/Syntax).
 */
export function checkRegex(pattern: string): string | undefined {
  if (pattern === "") return "is empty";
  const parser = new RegexParser(pattern);
  try {
    const size = parser.parse();
    return size > REGEX_PROGRAM_MAX
      ? `is too large once compiled (about ${size} steps; at most ${REGEX_PROGRAM_MAX})`
      : undefined;
  } catch (error) {
    if (error instanceof RegexProblem) return `is not a regular expression of RE2, which Envoy uses: ${error.message}`;
    throw error;
  }
}

class RegexProblem extends Error {}

/** Walks the pattern once; answers an estimate of the size of the compiled program. */
class RegexParser {
  private readonly text: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(pattern: string) {
    this.text = [...pattern];
  }

  parse(): number {
    const { size } = this.alternatives();
    if (this.at < this.text.length) throw new RegexProblem("unexpected )");
    return size;
  }

  private peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? "";
  }

  private rest(length: number): string {
    return this.text.slice(this.at, this.at + length).join("");
  }

  private alternatives(): { size: number; repeat: number } {
    let size = 0;
    let repeat = 1;
    for (;;) {
      const branch = this.sequence();
      size += branch.size + 1;
      repeat = Math.max(repeat, branch.repeat);
      if (this.peek() !== "|") return { size, repeat };
      this.at += 1;
    }
  }

  private sequence(): { size: number; repeat: number } {
    let size = 0;
    let repeat = 1;
    let hasPart = false;
    while (this.at < this.text.length && this.peek() !== "|" && this.peek() !== ")") {
      if (this.skipFlags()) continue;
      // At the beginning, or after flags, where it belongs to what stands before them.
      const orphan = this.repetition();
      if (orphan !== undefined && !hasPart)
        throw new RegexProblem(`no argument for repetition operator ${orphan.text}`);
      if (orphan !== undefined) continue;
      const part = this.repeated();
      hasPart = true;
      size += part.size;
      repeat = Math.max(repeat, part.repeat);
    }
    return { size, repeat };
  }

  private repeated(): { size: number; repeat: number } {
    const part = this.atom();
    let { size, repeat } = part;
    for (let isFirst = true; ; isFirst = false) {
      const operator = this.repetition();
      if (operator === undefined) return { size, repeat };
      if (!isFirst) throw new RegexProblem(`bad repetition operator ${operator.text}: two in a row`);
      if (operator.max !== undefined) {
        repeat *= Math.max(1, operator.max);
        if (operator.max > REPEAT_MAX || operator.min > operator.max)
          throw new RegexProblem(`bad repetition ${operator.text}`);
        if (repeat > REPEAT_MAX)
          throw new RegexProblem(`repetitions within repetitions come to more than ${REPEAT_MAX}`);
        size = size * Math.max(1, operator.max) + 1;
      } else size += 2;
    }
  }

  private repetition(): { text: string; min: number; max: number | undefined } | undefined {
    const operator = this.peek();
    if (operator === "*" || operator === "+" || operator === "?") {
      this.at += 1;
      const lazy = this.peek() === "?" ? "?" : "";
      this.at += lazy.length;
      return { text: operator + lazy, min: 0, max: undefined };
    }
    if (operator !== "{") return undefined;
    const match = /^\{(\d{1,6})(?:(,)(\d{0,6}))?\}\??/.exec(this.rest(18));
    // A brace that opens no repetition stands for itself.
    if (match === null) return undefined;
    this.at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined || match[3] === undefined || match[3] === "" ? min : Number(match[3]);
    return { text: match[0], min, max };
  }

  private atom(): { size: number; repeat: number } {
    const char = this.peek();
    if (char === "(") return this.group();
    if (char === "[") return this.charClass();
    if (char === "\\") return { size: this.escape(), repeat: 1 };
    this.at += 1;
    return { size: bytesOf(char), repeat: 1 };
  }

  private group(): { size: number; repeat: number } {
    this.at += 1;
    this.depth += 1;
    if (this.depth > 500) throw new RegexProblem("groups nested too deep");
    if (this.peek() === "?") this.skipGroupPrefix();
    const inner = this.alternatives();
    if (this.peek() !== ")") throw new RegexProblem("missing )");
    this.at += 1;
    this.depth -= 1;
    return { size: inner.size + 2, repeat: inner.repeat };
  }

  /** `(?i)`: flags for what follows, no group. */
  private skipFlags(): boolean {
    const flags = /^\(\?[imsU]*(?:-[imsU]+)?\)/.exec(this.rest(20));
    this.at += flags?.[0].length ?? 0;
    return flags !== null;
  }

  /** What follows `(`: a name, or flags for the group. */
  private skipGroupPrefix(): void {
    const text = this.rest(300);
    const prefix = /^\?(?:P?<([^>]*)>|[imsU]*(?:-[imsU]+)?:)/.exec(text);
    if (prefix === null) throw new RegexProblem(`it has no (${this.rest(3)}…)`);
    if (prefix[1] !== undefined && !/^[A-Za-z0-9_]+$/.test(prefix[1]))
      throw new RegexProblem(`bad group name ${prefix[1]}`);
    this.at += prefix[0].length;
  }

  private charClass(): { size: number; repeat: number } {
    const start = this.at;
    this.at += 1;
    if (this.peek() === "^") this.at += 1;
    let size = 1;
    for (let isFirst = true; ; isFirst = false) {
      if (this.at >= this.text.length)
        throw new RegexProblem(`missing ] after ${this.text.slice(start, start + 10).join("")}`);
      if (this.peek() === "]" && !isFirst) break;
      const posix = /^\[:\^?([a-z]*):\]/.exec(this.rest(16));
      if (posix !== null) {
        if (!POSIX_CLASSES.has(posix[1] ?? "")) throw new RegexProblem(`unknown character class ${posix[0]}`);
        this.at += posix[0].length;
        size += 2;
        continue;
      }
      size += bytesOf(this.peek()) - 1;
      const low = this.classChar();
      if (this.peek() === "-" && this.peek(1) !== "]" && this.peek(1) !== "") {
        this.at += 1;
        const high = this.classChar();
        if (low !== undefined && high !== undefined && high < low)
          throw new RegexProblem("a range whose end comes before its beginning");
      }
      size += 1;
    }
    this.at += 1;
    return { size, repeat: 1 };
  }

  /** Code point of one character of a class; undefined for a whole class like \d. */
  private classChar(): number | undefined {
    if (this.peek() !== "\\") {
      const point = this.peek().codePointAt(0);
      this.at += 1;
      return point;
    }
    const next = this.peek(1);
    this.escape(true);
    return CLASS_ESCAPE.test(next) || next === "p" || next === "P"
      ? undefined
      : (ESCAPED[next] ?? (next === "x" ? undefined : next.codePointAt(0)));
  }

  /** Size of the escape; moves past it. */
  private escape(isInClass = false): number {
    const text = this.rest(40);
    const char = this.peek(1);
    if (char === "") throw new RegexProblem("a backslash at its end");
    const hex = /^\\x(?:[0-9A-Fa-f]{2}|\{([0-9A-Fa-f]{1,8})\})/.exec(text);
    const property = /^\\[pP](?:[A-Z]|\{\^?[A-Za-z_]+\})/.exec(text);
    const octal = /^\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(text);
    if (hex !== null) {
      // Envoy matches bytes.
      if (hex[1] !== undefined && Number.parseInt(hex[1], 16) > 0xff)
        throw new RegexProblem(`no such character ${hex[0]}`);
      this.at += hex[0].length;
      return 1;
    }
    if (property !== null) {
      this.at += property[0].length;
      return 10;
    }
    if (octal !== null) {
      this.at += octal[0].length;
      return 1;
    }
    if (!isInClass && char === "Q") {
      const end = this.text.join("").indexOf("\\E", this.at);
      const length = end < 0 ? this.text.length - this.at : end + 2 - this.at;
      this.at += length;
      return length;
    }
    this.at += 2;
    if (CLASS_ESCAPE.test(char)) return 3;
    if (SIMPLE_ESCAPE.test(char)) return 1;
    if (!isInClass && /^[AzbBC]$/.test(char)) return 1;
    if (/^[A-Za-z0-9]$/.test(char)) throw new RegexProblem(`it has no \\${char}`);
    return 1;
  }
}

/** Envoy matches bytes: each is a step. */
function bytesOf(char: string): number {
  return new TextEncoder().encode(char).length;
}

const ESCAPED: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const POSIX_CLASSES = new Set(
  "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split(" "),
);
