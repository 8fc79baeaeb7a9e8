/** FNV-1a of a text's UTF-16 units, 32 bits, from 0. Its low bits are good, the high ones of short texts are not: mix them where they count. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
