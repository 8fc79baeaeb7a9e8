import type { ProxyStatus } from "#core/view/mesh.ts";

/** Whether a connected proxy may be meant by a text, or by what it is the beginning of: its id, its name or its workload's, with or without the namespace. */
export function isCallerKnown(
  proxies: readonly Pick<ProxyStatus, "id" | "name" | "workload" | "namespace">[],
  text: string,
): boolean {
  return proxies.some(({ id, name, workload, namespace }) =>
    [id, ...[name, workload].flatMap((each) => [`${each}.${namespace}`, `${namespace}/${each}`])].some((each) =>
      each.startsWith(text),
    ),
  );
}
