import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

type Defaults = Readonly<Record<string, string | boolean>>;
type Values<D extends Defaults> = { readonly [Name in keyof D]: D[Name] extends boolean ? boolean : string };

/** What is told in the place of a measurement: the flags that there are, and what was wrong with those that were given. */
export class FlagUsage extends Error {
  /** What was wrong; undefined: nothing, it was asked for. */
  readonly problem: string | undefined;

  constructor(defaults: Defaults, problem: string | undefined) {
    super(
      Object.entries(defaults)
        .map(([name, value]) => `  --${name}${typeof value === "boolean" || value === "" ? "" : ` ${value}`}`)
        .join("\n"),
    );
    this.problem = problem;
  }
}

const OUTPUTS = ["table", "json"];
const NUMBERS = /^\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*$/;

/**
 * The flags of a benchmark, by what they are where they are not given: numbers, lists of numbers, texts, or switches. Each has `-o` too.
 * Throws `FlagUsage` before anything is measured.
 */
export function readFlags<const D extends Defaults>(
  args: readonly string[],
  defaults: D,
): Values<D> & { readonly output: string } {
  const all = { ...defaults, output: "table" };
  if (args.includes("--help") || args.includes("-h")) throw new FlagUsage(all, undefined);
  const values = parse(args, all);
  for (const [name, standard] of Object.entries(all)) {
    const value = String(values[name]);
    const problem =
      name === "output"
        ? OUTPUTS.includes(value)
          ? undefined
          : `--output ${value} is none of ${OUTPUTS.join(", ")}`
        : typeof standard === "string" && NUMBERS.test(standard) && !isLike(standard, value)
          ? `--${name} ${value} is no ${standard.includes(",") ? "list of numbers with commas" : "number"}`
          : undefined;
    if (problem !== undefined) throw new FlagUsage(all, problem);
  }
  return values as Values<D> & { readonly output: string };
}

function isLike(standard: string, value: string): boolean {
  return NUMBERS.test(value) && (standard.includes(",") || !value.includes(","));
}

function parse(args: readonly string[], all: Defaults): Readonly<Record<string, unknown>> {
  const options: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      typeof value === "boolean"
        ? { type: "boolean", default: value }
        : { type: "string", default: value, ...(name === "output" ? { short: "o" } : {}) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // Of several sentences the first says which flag it is.
    throw new FlagUsage(all, (error instanceof Error ? error.message : String(error)).replace(/\. .*$/s, ""));
  }
}
