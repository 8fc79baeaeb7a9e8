import type { Diagnostic } from "#core/diagnostic.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";
import { settingsOf } from "#core/resolve/mesh-settings.ts";
import { tagsForProviders } from "#core/resolve/tags-for-providers.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { headersOfTag } from "#core/telemetry/header-tag.ts";
import type { Redact } from "#core/telemetry/redact-headers.ts";

/** Headers that are shown nowhere, and that proxies put into spans for somebody else because a Telemetry says so. */
export function describeSentHeaders(
  saying: readonly AnyResource[],
  all: readonly AnyResource[],
  mesh: MeshSettings,
  redact: Redact,
): readonly Diagnostic[] {
  const sent = tagsForProviders(
    ofKind(saying, "Telemetry"),
    ofKind(all, "Telemetry"),
    settingsOf(mesh, all),
    mesh.rootNamespace,
  );
  return sent.flatMap(({ ref, path, name, tag, provider }): Diagnostic[] => {
    const hidden = headersOfTag(tag).filter((header) => redact(header, "").isRedacted);
    if (hidden.length === 0) return [];
    return [
      {
        severity: "warning",
        code: "redacted-header-sent",
        resource: ref,
        path,
        message: `the tag ${name} sends ${hidden.join(", ")} to the provider ${provider} as it is: proxies redact nothing of what they send there`,
        hint: "leave the tag out, or take the header off the list of those that are redacted (Settings) where everybody may read it",
      },
    ];
  });
}
