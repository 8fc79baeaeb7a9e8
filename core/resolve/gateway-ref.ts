/** A gateway as a VirtualService names it → "mesh" or `namespace/name`; `./name` and a plain name are of its own namespace. */
export function expandGateway(name: string, ownNamespace: string): string {
  if (name === "mesh") return name;
  const slash = name.indexOf("/");
  if (slash < 0) return `${ownNamespace}/${name}`;
  return name.startsWith("./") ? `${ownNamespace}/${name.slice(2)}` : name;
}
