import type { Diagnostic } from "#core/diagnostic.ts";

const NAMED_MAX = 3;

/** What is looked at beside documents that are refused is told once for all of them, for what is found may be due to one that is not there. */
export function describeLeftOut(read: readonly Diagnostic[], isAnythingLeft: boolean): Diagnostic[] {
  const names = new Set(
    read
      .filter(({ severity, code }) => severity === "error" && code !== "duplicate-resource")
      .map(({ resource, file = "the text", line }) => resource ?? (line === undefined ? file : `${file}:${line}`)),
  );
  if (!isAnythingLeft || names.size === 0) return [];
  const [first, ...more] = [...names].slice(0, NAMED_MAX);
  const rest = names.size > NAMED_MAX ? ` and ${names.size - NAMED_MAX} more` : "";
  return [
    {
      severity: "info",
      code: "left-out",
      message: `the others are looked at without ${[first, ...more].join(", ")}${rest}, which would be refused`,
      hint: "correct these first: what is said of the others may be due to them",
    },
  ];
}
