/** The trust domain that the mesh's principals share. */
export function readTrustDomain(principals: readonly string[]): string | undefined {
  return principals[0]?.split("/")[0];
}
