import { PharosError } from "#core/errors.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";

const TOLD_MAX = 8;

/**
 * Who is meant by `productpage`, `productpage-v1`, `productpage-v1-0`, `productpage-v1-0.default`, `default/productpage-v1-0`, or a
 * node id: the connected proxy, or the first of a workload's. Throws "not-found", and "invalid" where several workloads are meant.
 */
export function findCaller(proxies: readonly ProxyStatus[], text: string): ProxyStatus {
  const readings: ((proxy: ProxyStatus) => boolean)[] = [
    ({ id }) => id === text,
    ({ name, namespace }) => [name, `${name}.${namespace}`, `${namespace}/${name}`].includes(text),
    ({ workload, namespace }) => [workload, `${workload}.${namespace}`, `${namespace}/${workload}`].includes(text),
    ({ workload }) => workload.startsWith(`${text}-`),
  ];
  for (const isMeant of readings) {
    const found = proxies.filter(isMeant);
    const [first] = found;
    if (first === undefined) continue;
    const workloads = [...new Set(found.map(({ workload, namespace }) => `${namespace}/${workload}`))];
    if (workloads.length === 1) return first;
    throw new PharosError("invalid", `"${text}" names ${workloads.length} workloads`, {
      hint: `say which: ${workloads.slice(0, TOLD_MAX).join(", ")}`,
    });
  }
  throw new PharosError("not-found", `no connected proxy is called "${text}"`, {
    hint: "`pharos proxy-status` lists them",
  });
}
