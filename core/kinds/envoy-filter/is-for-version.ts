import { compileRegex } from "#core/schema/compile-regex.ts";

/** Of Istio, whose model proxies are configured by: what is for proxies of this version is for all of them. */
export const ISTIO_VERSION = "1.31.0";

/** Whether their version has the pattern somewhere in it, as Istio looks for it. */
export function isForVersion(pattern = ""): boolean {
  return pattern === "" || compileRegex(pattern).matcher(ISTIO_VERSION).find();
}
