/** What Go (1.26) says of a proxy that it does not reach, or that turns it away; not of a version that there is not. */
const UNREACHED = /(\S+@v\S+): (Get "\S+": .*|reading https?:\S+: (?:40[137]|429|5\d\d) .*)/g;
const SWITCHED_OFF = "module lookup disabled by GOPROXY=off";

/** Of what a failing `go build` says: which modules cannot be had, and why; undefined where it fails of anything else. */
export function missingModules(said: string): string | undefined {
  const reasons = new Map(Array.from(said.matchAll(UNREACHED), ([, module = "", why = ""]) => [module, why]));
  const [why] = reasons.values();
  if (why !== undefined) return `its modules cannot be had: ${[...reasons.keys()].join(", ")}: ${why}`;
  return said.includes(SWITCHED_OFF) ? `its modules cannot be had: ${SWITCHED_OFF}` : undefined;
}
