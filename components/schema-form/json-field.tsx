"use client";
import { useState } from "react";
import { parse, stringify } from "yaml";
import { useFormScope } from "#components/schema-form/form-scope.ts";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";
import { usePendingText } from "#components/ui/pending-texts.ts";
import type { Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";

/** An object that somebody else knows, as YAML or JSON; it is taken when one leaves it and it can be read. */
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
  // What was typed and is not taken yet; null while the field shows the value.
  const [typed, setTyped] = useState<string | null>(null);
  const standing = valueAt(value, path);
  const take = () => {
    const read = typed === null ? undefined : readText(typed);
    if (read === null) return false;
    if (read !== undefined) edit([{ op: "set", path, value: read }]);
    else if (typed !== null) edit([{ op: "delete", path }]);
    setTyped(null);
    return true;
  };
  usePendingText(label, typed, take);
  const told = typed !== null && readText(typed) === null ? "this is no object in YAML or JSON" : problem;
  return (
    <>
      <textarea
        aria-label={label}
        aria-invalid={told !== undefined}
        rows={8}
        spellCheck={false}
        autoComplete="off"
        value={typed ?? (standing === undefined ? "" : stringify(standing))}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={take}
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
