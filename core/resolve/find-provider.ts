import type { ExtensionProvider } from "#core/kinds/mesh-config/extension-provider.ts";

/** The provider that a Telemetry means by a name; Istio compares these whatever their case. */
export function findProvider(providers: readonly ExtensionProvider[], name: string): ExtensionProvider | undefined {
  return providers.find((each) => each.name.toLowerCase() === name.toLowerCase());
}
