const BEGIN = "-----BEGIN ";
const DASHES = "-----";
/** Longer is no label that anybody asks for. */
const LABEL_MAX = 64;

export interface PemBlocks {
  /** From -----BEGIN to the dashes of -----END, in their order. */
  readonly blocks: readonly string[];
  /** False where one of them does not end before the next begins. */
  readonly isWhole: boolean;
}

/** The blocks of a text in PEM (RFC 7468) that have one of these labels. Each character is looked at a bounded number of times. */
export function pemBlocks(text: string, labels: ReadonlySet<string>): PemBlocks {
  const blocks: string[] = [];
  let begin = text.indexOf(BEGIN);
  while (begin >= 0) {
    const next = text.indexOf(BEGIN, begin + BEGIN.length);
    const part = text.slice(begin, next < 0 ? text.length : next);
    const label = labelOf(part);
    if (label !== undefined && labels.has(label)) {
      const end = `${DASHES}END ${label}${DASHES}`;
      const at = part.indexOf(end);
      if (at < 0) return { blocks, isWhole: false };
      blocks.push(part.slice(0, at + end.length));
    }
    begin = next;
  }
  return { blocks, isWhole: true };
}

function labelOf(part: string): string | undefined {
  const head = part.slice(BEGIN.length, BEGIN.length + LABEL_MAX + DASHES.length);
  const end = head.indexOf(DASHES);
  return end < 0 ? undefined : head.slice(0, end);
}
