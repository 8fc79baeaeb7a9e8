import type { Diagnostic } from "#core/diagnostic.ts";

/** Says so where the configuration moved on while a preview of it was worked out; both are revisions. */
export function describeOvertaken(previewed: number, current: number): readonly Diagnostic[] {
  if (current <= previewed) return [];
  return [
    {
      severity: "info",
      code: "preview-overtaken",
      message: `revision ${current} was applied meanwhile: this preview is of the change on top of revision ${previewed}`,
      hint: "preview it again to see what it would do now",
    },
  ];
}
