/** Where two traces stand beside each other. */
export function compareHref(before: string, after: string): string {
  return `/traces/compare?${new URLSearchParams({ before, after }).toString()}`;
}
