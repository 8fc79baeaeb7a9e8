import type { Port } from "#core/model/port.ts";

interface Named {
  readonly host: string;
  readonly port: Pick<Port, "number" | "name" | "targetPort">;
  readonly subset: string;
}

/** Under which name Envoy keeps a cluster's statistics, as a pattern of the MeshConfig has it (Istio's `BuildStatPrefix`); without one its own. */
export function altStatName(pattern: string | undefined, { host, port, subset }: Named): { altStatName?: string } {
  if (pattern === undefined) return {};
  const [name = host, namespace = ""] = host.split(".");
  const isOfMesh = host.split(".")[2] === "svc";
  const values: Readonly<Record<string, string | number>> = {
    SERVICE: isOfMesh ? `${name}.${namespace}` : host,
    SERVICE_NAME: isOfMesh ? name : host,
    SERVICE_FQDN: host,
    SERVICE_PORT: port.number,
    TARGET_PORT: port.targetPort ?? port.number,
    SERVICE_PORT_NAME: port.name,
    SUBSET_NAME: subset,
  };
  return { altStatName: pattern.replace(/%([A-Z_]+)%/g, (whole, key: string) => String(values[key] ?? whole)) };
}
