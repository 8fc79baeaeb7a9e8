import { HIDDEN } from "#core/schema/hidden.ts";

/** Shorter ones are parts of other words: they are hidden where they stand by themselves between quotes. */
const CHARS_MIN = 4;
const PRIVATE_KEYS = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs;

/**
 * Hides secrets in what somebody else says and may quote them: as they are, with the escapes of protobuf's text (in UTF-8 and in ASCII) or of JSON,
 * and the beginning of one where the text is cut (`cut` stands at its end then). Private keys are hidden whosever they are.
 */
export function textHider(secrets: Iterable<string>, cut: string): (text: string) => string {
  const all = [...new Set(Array.from(secrets).flatMap(spellings))]
    .map((secret) => (secret.length < CHARS_MIN ? `"${secret}"` : secret))
    // One that holds another is hidden as a whole.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let rest = text.replaceAll(PRIVATE_KEYS, HIDDEN);
    for (const secret of all) if (rest.includes(secret)) rest = rest.replaceAll(secret, HIDDEN);
    const end = rest.trimEnd();
    if (!end.endsWith(cut)) return rest;
    const told = end.slice(0, -cut.length);
    const begun = Math.max(0, ...all.map((secret) => begunAtEnd(told, secret)));
    return begun === 0 ? rest : `${told.slice(0, -begun)}${HIDDEN}${cut}`;
  };
}

/** How many characters at a text's end are the first ones of a secret. */
function begunAtEnd(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length > 0; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
}

const spellings = (secret: string): readonly string[] => [
  secret,
  escaped(secret),
  inAscii(escaped(secret)),
  JSON.stringify(secret).slice(1, -1),
];

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (text: string): string =>
  text.replaceAll(/["'\\\p{Cc}]/gu, (char) => ESCAPES[char] ?? (/\p{Cc}/u.test(char) ? octal(char) : `\\${char}`));

const inAscii = (text: string): string => text.replaceAll(/\P{ASCII}+/gu, octal);

/** Byte by byte of its UTF-8. */
const octal = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
