/** By which an agent asks its Envoy for the headers of requests, of all its listeners alike. */
export const TAP_CONFIG_ID = "pharos";
