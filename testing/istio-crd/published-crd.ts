import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CrdError, CrdField } from "#testing/istio-crd/crd-field.ts";
import { probeBounds } from "#testing/istio-crd/probe-bounds.ts";
import { readType } from "#testing/istio-crd/read-type.ts";

export interface PublishedCrd {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  /** Of its spec. */
  readonly spec: CrdField;
  refuse(document: object): readonly CrdError[];
}

const PACKAGE = join(import.meta.dirname, "../../node_modules/@kubernetes-models/istio");

/** The kinds that Istio publishes, one for each version; their schemas without their CEL rules, which the package leaves out. */
export function listPublished(): readonly {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}[] {
  return readdirSync(PACKAGE)
    .filter((group) => group.endsWith(".istio.io") && group !== "install.istio.io")
    .flatMap((group) =>
      readdirSync(join(PACKAGE, group))
        .filter((version) => /^v\d/.test(version))
        .flatMap((version) =>
          readdirSync(join(PACKAGE, group, version))
            .filter((file) => file.endsWith(".js") && file !== "index.js")
            .map((file) => ({ group, version, kind: file.replace(/\.js$/, "") })),
        ),
    );
}

export async function loadPublished(group: string, version: string, kind: string): Promise<PublishedCrd> {
  const file = join(PACKAGE, group, version, kind);
  const module = (await import(pathToFileURL(`${file}.js`).href)) as Record<
    string,
    new (
      document: object,
    ) => { validate(): void }
  >;
  const Model = module[kind];
  if (Model === undefined) throw new Error(`${file} has no ${kind}`);
  const refuse = (document: object): readonly CrdError[] => {
    try {
      new Model(document).validate();
      return [];
    } catch (error) {
      const { errors } = error as { errors?: readonly CrdError[] };
      if (errors === undefined) throw error;
      return errors;
    }
  };
  const spec = probeBounds(readType(readFileSync(`${file}.d.ts`, "utf8")), (value) => refuse({ spec: value }), []);
  return { kind, group, version, spec, refuse };
}
