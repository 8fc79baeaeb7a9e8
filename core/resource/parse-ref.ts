import { PharosError } from "#core/errors.ts";
import { isKind, KIND_NAMES } from "#core/kinds/kinds.ts";
import type { ResourceRef } from "#core/resource/resource.ts";

/** `VirtualService/default/reviews` → its parts; throws `invalid` for anything else. */
export function parseRef(text: string): ResourceRef {
  const [kind = "", namespace = "", name = "", ...rest] = text.split("/");
  if (!isKind(kind) || namespace === "" || name === "" || rest.length > 0) {
    throw new PharosError("invalid", `${JSON.stringify(text)} names no resource`, {
      hint: `write KIND/NAMESPACE/NAME with one of the kinds ${KIND_NAMES.join(", ")}`,
    });
  }
  return { kind, namespace, name };
}
