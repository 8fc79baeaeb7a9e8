import { expect, test } from "vitest";
import { newDocument } from "#core/form/new-document.ts";
import type { KindDefinition } from "#core/kinds/kind.ts";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const PRESETS = KIND_NAMES.flatMap((kind) => {
  const { presets = {} }: KindDefinition = KINDS[kind];
  return Object.entries(presets).map(([name, { template }]) => ({ kind, name, template }));
});

test.each(PRESETS)("preset $name of $kind is right as it is, but for what only its author knows", (preset) => {
  const text = newDocument(preset.kind, "shop", "new", preset.template);
  const { diagnostics } = parseDocuments(text);
  const blanks = diagnostics.filter(({ line }) => text.split("\n")[(line ?? 0) - 1]?.includes('""'));
  expect(diagnostics.filter((each) => !blanks.includes(each))).toEqual([]);
});
