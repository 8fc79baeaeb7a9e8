import { filesOfTls } from "#core/kinds/destination-rule/files.ts";
import type { PlacedFiles } from "#core/kinds/kind.ts";
import type { MeshConfigSpec } from "#core/kinds/mesh-config/schema.ts";

/** The files with which callers connect to hosts that the mesh does not know. */
export function listMeshFiles({ outboundTrafficPolicy }: MeshConfigSpec): PlacedFiles[] {
  return filesOfTls(outboundTrafficPolicy?.tls, ["spec", "outboundTrafficPolicy", "tls"]);
}
