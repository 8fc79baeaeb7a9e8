import { resolve } from "node:path";
import { findEnvoy } from "#mesh-agent/envoy/find-envoy.ts";

/** Path of the Envoy that tests run: PHAROS_ENVOY, PATH, or what setup installed. Throws where there is none. */
export async function findTestEnvoy(): Promise<string> {
  const root = resolve(import.meta.dirname, "..");
  return (await findEnvoy({ configured: undefined, env: process.env, root })).path;
}
