import type { ServiceDeclaration } from "#core/model/service.ts";
import { byAge } from "#core/resource/by-age.ts";

type Declared = Pick<ServiceDeclaration, "createdAt" | "namespace" | "source">;

/** Puts what is declared first before what is declared later, as of the objects that declare it. */
export function byDeclaredAge(a: Declared, b: Declared): number {
  return byAge(asObject(a), asObject(b));
}

function asObject({ createdAt, namespace, source }: Declared) {
  const name = source.ref.slice(source.ref.lastIndexOf("/") + 1);
  return { metadata: { namespace, name, ...(createdAt === undefined ? {} : { creationTimestamp: createdAt }) } };
}
