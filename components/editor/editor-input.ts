import type { DraftBase } from "#components/editor/draft-base.ts";
import type { Catalog } from "#core/form/catalog.ts";

/** What an editor of one resource is made from. */
export interface EditorInput {
  readonly label: string;
  /** What the edit began from: newer versions come through the conflict, not under the author's hands. */
  readonly initial: DraftBase;
  readonly catalog: Catalog;
}
