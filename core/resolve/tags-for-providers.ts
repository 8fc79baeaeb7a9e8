import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { readTags, receiverOf, type SpanTag } from "#core/resolve/tracing.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** A tag of spans that proxies send to a provider themselves: what is in it nobody looks at on its way. */
export interface SentTag {
  readonly ref: string;
  readonly path: Path;
  readonly name: string;
  readonly tag: SpanTag;
  readonly provider: string;
}

/** Of `saying`: what a Telemetry names no provider for goes to the one that another of its namespace or the root's names, or the mesh has. */
export function tagsForProviders(
  saying: readonly Resource<"Telemetry">[],
  all: readonly Resource<"Telemetry">[],
  settings: ProxySettings,
  rootNamespace: string,
): readonly SentTag[] {
  const namedIn = (namespaces: readonly string[]): string | undefined =>
    all
      .filter(({ metadata }) => namespaces.includes(metadata.namespace))
      .flatMap(({ spec }) => (spec.tracing ?? []).flatMap(({ providers = [] }) => providers.map(({ name }) => name)))
      .find((name) => receiverOf(name, settings) !== undefined);
  const { legacy } = settings.tracing;
  return saying.flatMap((telemetry) =>
    (telemetry.spec.tracing ?? []).flatMap(({ customTags = {}, providers: [own] = [] }, index) => {
      const provider =
        own?.name ??
        namedIn([telemetry.metadata.namespace, rootNamespace]) ??
        settings.defaultProviders.tracing[0] ??
        legacy?.name;
      if (provider === undefined || (receiverOf(provider, settings) ?? legacy) === undefined) return [];
      return readTags(customTags).map(([name, tag]) => ({
        ref: formatRef(refOf(telemetry)),
        path: ["spec", "tracing", index, "customTags", name],
        ...{ name, tag, provider },
      }));
    }),
  );
}
