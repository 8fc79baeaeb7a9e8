"use client";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";
import { textOf } from "#core/form/read-loosely.ts";
import { setText } from "#core/form/routing-edits.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

/** Text of several lines. */
export function LinesField({
  label,
  path,
  problem,
}: {
  readonly label: string;
  readonly path: Path;
  readonly problem: string | undefined;
}) {
  const { value, edit } = useFormScope();
  return (
    <>
      <textarea
        aria-label={label}
        aria-invalid={problem !== undefined}
        rows={8}
        spellCheck={false}
        autoComplete="off"
        value={textOf(valueAt(value, path))}
        onChange={(event) => edit(setText(path, event.currentTarget.value))}
        className={cx(CONTROL_CLASS, "h-auto w-full resize-y py-1.5 font-mono text-xs", problem && "border-bad")}
      />
      {problem === undefined ? null : <p className="mt-1 text-bad-text text-xs">{problem}</p>}
    </>
  );
}
