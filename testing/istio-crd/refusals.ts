import { KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";
import type { Refusals } from "#testing/istio-crd/compare-crd.ts";

export function documentOf(kind: Kind, spec: unknown): object {
  return { apiVersion: `${KINDS[kind].group}/${versionsOf(kind)[0]}`, kind, metadata: { name: "a" }, spec };
}

/** What is an error of a document, which is given as its value. */
export function errorsOf(document: unknown) {
  return parseDocuments(JSON.stringify(document)).diagnostics.filter(({ severity }) => severity === "error");
}

/** What is said against single values of documents of a kind. */
export function refusalsOf(kind: Kind): Refusals {
  return (place, value) => {
    const spec = place.reduceRight<unknown>((within, step) => (step === 0 ? [within] : { [step]: within }), value);
    const at = formatPath(["spec", ...place]);
    return errorsOf(documentOf(kind, spec))
      .filter(({ path = [] }) => formatPath(path) === at)
      .map(({ message }) => message);
  };
}
