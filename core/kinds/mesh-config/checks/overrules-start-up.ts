import type { Finding, KindCheck } from "#core/check/rule.ts";
import { overruledFields } from "#core/resolve/mesh-settings.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Somebody set it where the server is started, and looks there for what holds. */
export const overrulesStartUp: KindCheck<"MeshConfig"> = {
  code: "overrules-start-up",
  summary: "The MeshConfig says otherwise than the file that the server was started with; the MeshConfig holds.",
  check(configs, { mesh }) {
    return configs.flatMap((config) =>
      overruledFields(mesh, config).map(
        (field): Finding => ({
          severity: "info",
          resource: formatRef(refOf(config)),
          path: ["spec", field],
          message: `--mesh-config says otherwise of ${field}: what is said here holds`,
          hint: "take it out of the file that the server is started with",
        }),
      ),
    );
  },
};
