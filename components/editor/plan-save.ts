import type { DraftBase } from "#components/editor/draft-base.ts";
import type { Companion } from "#components/editor/form-context.ts";
import { readRef } from "#components/editor/resource-ref.ts";
import type { OpenDocument } from "#core/form/open-document.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";

/**
 * What saving a draft sends. A resource that keeps its name must be as it was when the edit began; one with another
 * name is a new one and must not exist. Several documents at once carry no expectation.
 */
export function planSave(
  base: DraftBase,
  text: string,
  document: OpenDocument,
  companions: readonly Companion[],
): ConfigChange[] {
  const ref = document.kind === "open" ? readRef(document.value) : null;
  const expected =
    document.kind === "several" ? {} : { expectedVersion: ref === base.ref ? (base.resourceVersion ?? 0) : 0 };
  return [
    { op: "upsert", text, ...(ref === null ? {} : expected) },
    ...companions.map((companion) => ({
      op: "upsert" as const,
      text: companion.text,
      expectedVersion: companion.expectedVersion,
    })),
  ];
}
