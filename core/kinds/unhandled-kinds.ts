/** Kinds of Istio that are known and not read, with what to do instead. */
export const UNHANDLED_KINDS: Readonly<Record<string, string>> = {
  EnvoyFilter: "proxies are not patched",
  ProxyConfig: "agents are set up by their own flags",
  WasmPlugin: "proxies load no extensions",
};
