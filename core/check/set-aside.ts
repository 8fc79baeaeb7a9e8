import type { ResourceCheck } from "#core/check/rule.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { DIAGNOSTIC_CODES } from "#core/diagnostic-codes.ts";
import { plainText } from "#core/plain-text.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";
import { closestName } from "#core/schema/closest-name.ts";

/** Of each annotation: a reason stands with every finding of its code, and a line that cannot be read is a finding. */
const REASON_CHARS_MAX = 200;
const WRONG_MAX = 5;

/** `CODE until 2026-12-24: why`, or several with line breaks between them. */
const SET_ASIDE = "checks.pharos.dev/set-aside";

interface Aside {
  readonly code: string;
  /** The last day, YYYY-MM-DD. */
  readonly until: string;
  readonly reason: string;
}

/**
 * What somebody has set aside on the resource that it is found on is an info until the day is over, with its reason: seen, and no reason
 * to fail. Of several lines for one code the last day counts.
 */
export function setAside(
  found: readonly Diagnostic[],
  resources: readonly AnyResource[],
  nowMs: number,
): readonly Diagnostic[] {
  const asides = new Map(
    resources.flatMap((resource) => {
      const { read } = readAsides(resource);
      if (read.length === 0) return [];
      const byDay = read.toSorted((a, b) => (a.until < b.until ? -1 : 1));
      const byCode = new Map(byDay.map((each) => [each.code, each]));
      return [[formatRef(refOf(resource)), byCode] as const];
    }),
  );
  if (asides.size === 0) return found;
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return found.map((each) => {
    const aside = asides.get(each.resource ?? "")?.get(each.code);
    if (aside === undefined) return each;
    const { until, reason } = aside;
    return day <= until
      ? { ...each, severity: "info", message: `${each.message} (set aside until ${until}: ${reason})` }
      : { ...each, message: `${each.message} (it was set aside until ${until}: ${reason})` };
  });
}

/** One that cannot be read would leave what it is about in force without a word. */
export const setAsideAnnotation: ResourceCheck = {
  code: "set-aside-annotation",
  summary: `The annotation ${SET_ASIDE} cannot be read, or names a code that no finding has: what it is about is told as without it.`,
  each: (resource) => {
    const { read, wrong } = readAsides(resource);
    const tell = (message: string, hint: string) =>
      ({
        severity: "warning",
        resource: formatRef(refOf(resource)),
        path: ["metadata", "annotations", SET_ASIDE],
        message,
        hint,
      }) as const;
    const unknown = read.filter(({ code }) => !CODES.has(code));
    // To look for the closest name takes far more than to read a line.
    return [
      ...wrong
        .slice(0, WRONG_MAX)
        .map((line) =>
          tell(
            `${JSON.stringify(plainText(line, REASON_CHARS_MAX))} sets nothing aside`,
            "write the code of a finding, the last day and why: subset-not-found until 2026-12-24: comes with the next release",
          ),
        ),
      ...unknown.slice(0, Math.max(0, WRONG_MAX - wrong.length)).map(({ code }) => {
        const close = closestName(code, CODES);
        return tell(
          `no finding has the code ${plainText(code, REASON_CHARS_MAX)}, so nothing is set aside by it`,
          close === undefined ? "write the code that stands with the finding" : `did you mean ${close}?`,
        );
      }),
    ];
  },
};

const CODES: ReadonlySet<string> = new Set(DIAGNOSTIC_CODES);

function readAsides({ metadata }: AnyResource): { readonly read: readonly Aside[]; readonly wrong: readonly string[] } {
  const text = metadata.annotations?.[SET_ASIDE];
  if (text === undefined) return NONE;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const read = lines.map(readAside);
  return {
    read: read.filter((each) => each !== undefined),
    wrong: lines.length === 0 ? [text] : lines.filter((_, index) => read[index] === undefined),
  };
}

const NONE = { read: [], wrong: [] } as const;

function readAside(line: string): Aside | undefined {
  const [, code, until, reason] = /^\s*([a-z][a-z0-9-]*) until (\d{4}-\d{2}-\d{2}): *(\S.*)$/.exec(line) ?? [];
  if (code === undefined || until === undefined || reason === undefined) return undefined;
  return Number.isNaN(Date.parse(until))
    ? undefined
    : { code, until, reason: plainText(reason.trim(), REASON_CHARS_MAX) };
}
