/** What traces are called by: 64 or 128 bits in hex. */
export function isTraceId(text: string): boolean {
  return /^[0-9a-f]{16,32}$/.test(text);
}
