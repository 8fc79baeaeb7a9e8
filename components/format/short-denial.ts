const REF = /^[A-Z]\w+\/([^/]+\/[^/]+)$/;

/** `NAMESPACE/NAME` of what denied, where that is a resource: it has a page. Undefined where it is a reason in words. */
export function shortDenial(deniedBy: string): string | undefined {
  return REF.exec(deniedBy)?.[1];
}
