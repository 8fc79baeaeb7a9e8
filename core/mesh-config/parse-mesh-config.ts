import { parseDocument } from "yaml";
import type { Diagnostic } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { MESH_CONFIG, MESH_CONFIG_PLACE, type MeshConfigSpec } from "#core/kinds/mesh-config/schema.ts";
import { applyMeshConfig } from "#core/mesh-config/apply-mesh-config.ts";
import { DEFAULT_PROXY_SETTINGS, type ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { readValue } from "#core/resource/read-value.ts";
import { formatPath } from "#core/schema/path.ts";

/** What a mesh configuration file says of proxies, with the defaults for the rest. Throws "invalid", naming each field that is wrong. */
export function parseMeshConfig(text: string): ProxySettings {
  return applyMeshConfig(DEFAULT_PROXY_SETTINGS, readMeshConfig(text));
}

function readMeshConfig(text: string): MeshConfigSpec {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new PharosError("invalid", `the mesh configuration is not valid YAML: ${String(broken)}`, {
      hint: "docs/reference/mesh-config.md has an example",
    });
  const { value = {}, problems } = readValue(document, document.contents, MESH_CONFIG, { isProtoJson: true });
  const spec = value as MeshConfigSpec;
  const wrong = problems.length > 0 ? problems : whatIsWrong(spec);
  if (wrong.length > 0)
    throw new PharosError(
      "invalid",
      `the mesh configuration is wrong: ${wrong.map(({ path = [], message }) => `${formatPath(path)}${path.length === 0 ? "" : ": "}${message}`).join("; ")}`,
      { hint: "docs/reference/mesh-config.md lists what it may hold" },
    );
  return spec;
}

/** What the fields say against each other; a file of nothing is right. */
function whatIsWrong(spec: MeshConfigSpec): readonly Diagnostic[] {
  const found = KINDS.MeshConfig.validate({ metadata: MESH_CONFIG_PLACE, spec });
  return found.filter(({ severity }) => severity === "error");
}
