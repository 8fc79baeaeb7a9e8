import { clone, type Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Patch, PatchTarget } from "#core/resolve/envoy-patches.ts";
import type { ExtensionConfigSource } from "#proto/gen/envoy/config/core/v3/config_source_pb.js";
import type { TypedExtensionConfig } from "#proto/gen/envoy/config/core/v3/extension_pb.js";
import { PATCH_SCHEMAS } from "#server/envoy/patches/decode-value.ts";

export interface Decoded {
  readonly patch: Patch;
  readonly message: Message;
  /** Another patch that its value is of. */
  readonly uses?: Patch;
}

/** What has a configuration, or the name of one. */
interface Filter extends Message {
  name: string;
  configType: { case: string | undefined; value?: unknown };
}

const FILTERS: ReadonlySet<PatchTarget> = new Set(["HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER"]);

/** The name under which a filter waits for its configuration; undefined where it has it. */
export function awaitedName({ patch, message }: Pick<Decoded, "patch" | "message">): string | undefined {
  if (!FILTERS.has(patch.target)) return undefined;
  const { name, configType } = message as Filter;
  return configType.case === "configDiscovery" ? name : undefined;
}

/** What it has until then; undefined where it says none. */
export function defaultOf({ message }: Pick<Decoded, "message">): Any | undefined {
  const { configType } = message as Filter;
  return configType.case === "configDiscovery" ? (configType.value as ExtensionConfigSource).defaultConfig : undefined;
}

export function nameOfExtension({ patch, message }: Pick<Decoded, "patch" | "message">): string | undefined {
  return patch.target === "EXTENSION_CONFIG" ? (message as TypedExtensionConfig).name : undefined;
}

/**
 * Filters that wait for the configuration of an EXTENSION_CONFIG get it at once, of several of one name the first: it changes with the listener, and
 * no request meets a filter that has none yet. One whose configuration nobody gives has its
 * default, and without one it is left out.
 */
export function inlineConfigurations(ready: readonly Decoded[]): readonly Decoded[] {
  if (!ready.some((each) => awaitedName(each) !== undefined)) return ready;
  const given = new Map<string, { readonly patch: Patch; readonly config: Any | undefined }>();
  for (const each of ready) {
    const name = nameOfExtension(each);
    if (name !== undefined && !given.has(name))
      given.set(name, { patch: each.patch, config: (each.message as TypedExtensionConfig).typedConfig });
  }
  return ready.flatMap((each) => {
    const awaited = awaitedName(each);
    if (awaited === undefined) return [each];
    const found = given.get(awaited);
    const config = found?.config ?? defaultOf(each);
    if (config === undefined) return [];
    const message = clone(PATCH_SCHEMAS[each.patch.target], each.message as never) as unknown as Filter;
    message.configType = { case: "typedConfig", value: config };
    return [{ patch: each.patch, message, ...(found === undefined ? {} : { uses: found.patch }) }];
  });
}
