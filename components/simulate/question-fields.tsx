"use client";
import { Combobox } from "#components/ui/combobox.tsx";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { SearchState } from "#components/ui/use-search-state.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Who calls, and what: method, URL and headers. */
export function QuestionFields({
  search,
  callers,
  isUnknown,
  wrongHeader,
}: {
  readonly search: SearchState;
  readonly callers: readonly string[];
  /** Nobody there is has the caller's name. */
  readonly isUnknown: boolean;
  readonly wrongHeader: string | null;
}) {
  return (
    <>
      <Field
        label="Caller"
        hint={
          isUnknown
            ? "no connected proxy has this name yet"
            : "A workload's proxy, or the gateway that is asked from outside"
        }
      >
        <Combobox
          label="Caller"
          value={search.get("from") ?? ""}
          options={callers}
          placeholder="productpage-v1-0.default"
          isFree
          onValueChange={(from) => search.set({ from })}
        />
      </Field>
      <div className="flex flex-col gap-3 sm:max-lg:flex-row">
        <Field label="Method" className="w-28 shrink-0">
          <Select
            label="Method"
            value={search.get("method") ?? "GET"}
            options={METHODS.map((value) => ({ value, label: value }))}
            onValueChange={(method) => search.set({ method: method === "GET" ? null : method })}
          />
        </Field>
        <Field label="URL" className="min-w-0 flex-1">
          <TextInput
            isCode
            value={search.get("url") ?? ""}
            placeholder="http://reviews:9080/reviews/0"
            onValueChange={(url) => search.set({ url })}
          />
        </Field>
      </div>
      <Field
        label="Headers"
        hint="One a line: end-user: jason"
        error={wrongHeader === null ? undefined : `"${wrongHeader}" is no header: write name: value`}
      >
        <textarea
          aria-label="Headers"
          rows={3}
          spellCheck={false}
          className={cx(CONTROL_CLASS, "h-auto py-1.5 font-mono text-xs")}
          value={search.get("headers") ?? ""}
          onChange={(event) => search.set({ headers: event.target.value })}
        />
      </Field>
    </>
  );
}
