import type { ApiClient } from "#cli/client/client.ts";
import { PharosError } from "#core/errors.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";

/** NAME, NAME.NAMESPACE, NAMESPACE/NAME or the whole node id, as istioctl takes them. Throws `not-found`. */
export async function findProxy(api: ApiClient, text: string): Promise<ProxyStatus> {
  const all = await api.proxies.list.query();
  const found = all.filter(({ id, name, namespace }) =>
    [id, name, `${name}.${namespace}`, `${namespace}/${name}`].includes(text),
  );
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  throw only === undefined
    ? new PharosError("not-found", `no proxy "${text}" is known`, { hint: "`pharos proxy-status` lists them" })
    : new PharosError("not-found", `"${text}" names ${found.length} proxies`, {
        hint: `say which: ${found.map(({ name, namespace }) => `${name}.${namespace}`).join(", ")}`,
      });
}
