"use client";
import { useState } from "react";
import { parse, stringify } from "yaml";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";
import { usePendingText } from "#components/ui/pending-texts.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

/** An object that somebody else knows, as YAML or JSON; it is taken whenever it can be read, and written anew when one leaves it. */
export function JsonField({
  label,
  path,
  problem,
}: {
  readonly label: string;
  readonly path: Path;
  readonly problem: string | undefined;
}) {
  const { value, edit } = useFormScope();
  // As it is typed; null while the field shows the value.
  const [typed, setTyped] = useState<string | null>(null);
  const standing = valueAt(value, path);
  const isBad = typed !== null && readText(typed) === null;
  usePendingText(label, isBad ? typed : null, () => false);
  const told = isBad ? "this is no object in YAML or JSON" : problem;
  return (
    <>
      <textarea
        aria-label={label}
        aria-invalid={told !== undefined}
        rows={8}
        spellCheck={false}
        autoComplete="off"
        value={typed ?? (standing === undefined ? "" : stringify(standing))}
        onChange={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          const read = readText(text);
          if (read !== null) edit([read === undefined ? { op: "delete", path } : { op: "set", path, value: read }]);
        }}
        onBlur={() => {
          if (!isBad) setTyped(null);
        }}
        className={cx(CONTROL_CLASS, "h-auto w-full resize-y py-1.5 font-mono text-xs", told && "border-bad")}
      />
      {told === undefined ? null : <p className="mt-1 text-bad-text text-xs">{told}</p>}
    </>
  );
}

/** Undefined: it is empty. Null: it is no object. */
function readText(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    const read: unknown = parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? read : null;
  } catch {
    return null;
  }
}
