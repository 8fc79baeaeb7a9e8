/** Into how many parts: more make fewer rounds, in which a client that has just started lacks what it was to have. */
const PARTS = 8;

/**
 * What to offer again of a response that was refused: `isFirst` when it was not such an offer itself. Whoever is named was left out
 * already, and mostly that is all; where nobody is, or not for the first time, parts tell who it is: `n` resources with one culprit take
 * about `8·log8 n` responses and a seventh more bytes, and never more than `8n/7` responses.
 */
export function splitOffer(
  names: readonly string[],
  isFirst: boolean,
  isAnyNamed: boolean,
): readonly (readonly string[])[] {
  if (names.length === 0) return [];
  if (isFirst && isAnyNamed) return [names];
  const size = Math.max(1, Math.ceil(names.length / PARTS));
  return Array.from({ length: Math.ceil(names.length / size) }, (_, index) =>
    names.slice(index * size, (index + 1) * size),
  );
}
