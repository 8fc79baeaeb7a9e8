/** A part of a page's path as it was meant; as it stands where it is no percent-encoding. */
export function decodeParam(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
