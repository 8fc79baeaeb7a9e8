import type { Handled } from "#core/schema/field.ts";
import { message, string } from "#core/schema/make-field.ts";
import { type Draft, readDraft } from "#core/schema/read-draft.ts";

const NAMED = message({ metadata: message({ name: string(), namespace: string() }) });

export interface OpenDraft<S> {
  readonly name: string;
  /** "default" where the document names none. */
  readonly namespace: string;
  readonly spec: Draft<S>;
}

/** A document of a kind as its form reads it; `schema` is the kind's. */
export function openDraft<S>(schema: Handled<S>, document: unknown): OpenDraft<S> {
  const { metadata } = readDraft(NAMED, document);
  const spec = typeof document === "object" && document !== null && "spec" in document ? document.spec : undefined;
  return {
    name: metadata?.name ?? "",
    namespace: metadata?.namespace || "default",
    spec: readDraft(schema, spec),
  };
}
