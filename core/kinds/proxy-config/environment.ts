import { described, map, string } from "#core/schema/make-field.ts";

const VARIABLES_MAX = 64;
const VALUE_BYTES_MAX = 2048;

/** Of a ProxyConfig, and in the MeshConfig for all. */
export const ENVIRONMENT = described(
  map(string("environment-value", VALUE_BYTES_MAX), "environment-name", VARIABLES_MAX),
  {
    envoy: "none: Envoy's environment from its next start on",
    doc: "For `%ENVIRONMENT(NAME)%` in access logs and for tags of spans; those that the host has win",
    note: "Not those by which programs of the host are steered: PATH, LD_*, NODE_*, SSL_*, proxies and the like",
    form: "label-pairs",
  },
);
