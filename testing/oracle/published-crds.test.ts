// As core/kinds/published-crds.test.ts, of the Istio that the oracle is made of: later than any that is published as a package, and
// with the CEL rules.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { isKind, KINDS, versionsOf } from "#core/kinds/kinds.ts";
import { refusedMembers } from "#core/kinds/refused-members.ts";
import { UNHANDLED_FIELDS } from "#core/kinds/unhandled-fields.ts";
import { unhandledKind } from "#core/kinds/unhandled-kinds.ts";
import { fieldAt } from "#core/schema/field-at.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { compareCrd } from "#testing/istio-crd/compare-crd.ts";
import { EXPLAINED_CRD, LATER, OF_LATER } from "#testing/istio-crd/explained-crd.ts";
import { ISTIO_RULES } from "#testing/istio-crd/istio-rules.ts";
import { listCrdFields } from "#testing/istio-crd/list-crd-fields.ts";
import { listRefusedMembers } from "#testing/istio-crd/list-refused-members.ts";
import { type CrdSchema, listRules, readCrd } from "#testing/istio-crd/read-crd.ts";
import { refusalsOf } from "#testing/istio-crd/refusals.ts";
import { findModule } from "#testing/oracle/published/find-module.ts";

const FILE = "manifests/charts/base/files/crd-all.gen.yaml";
const DURATION = "must be a valid duration greater than 1ms";

interface Crd {
  readonly kind: string;
  readonly group: string;
  readonly versions: readonly string[];
  readonly spec: CrdSchema;
}

/** Undefined where there is no Go, or the module cannot be had. */
async function readCrds(): Promise<readonly Crd[] | undefined> {
  const module = await findModule("istio.io/istio");
  return module === undefined
    ? undefined
    : parseAllDocuments(readFileSync(join(module, FILE), "utf8")).map((document) =>
        crdOf(document.toJS() as Definition),
      );
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: CrdSchema };
    }[];
  };
}

function crdOf({ spec: { group, names, versions } }: Definition): Crd {
  const spec = versions[0]?.schema.openAPIV3Schema.properties?.spec;
  if (spec === undefined) throw new Error(`${names.kind} has no spec`);
  return { kind: names.kind, group, versions: versions.map(({ name }) => name), spec };
}

const crds = await readCrds();
if (crds === undefined)
  process.stderr.write("skipped: the CRDs of Istio are not compared: Go cannot get the module istio.io/istio\n");

describe.skipIf(crds === undefined)("the CRDs of Istio", () => {
  const all = crds ?? [];

  test.each(all)("$kind: each field, and what bounds it", ({ kind, spec }) => {
    const field = readCrd(spec);
    if (isKind(kind)) {
      const differences = compareCrd(field, KINDS[kind].schema, refusalsOf(kind)).map((each) => `${kind} ${each}`);
      const explained = [...EXPLAINED_CRD.filter((each) => each !== LATER), OF_LATER];
      expect(differences.filter((each) => !explained.some(([what]) => what.test(each)))).toEqual([]);
      const rows = listFields(KINDS[kind].schema).flatMap(([path]) => refusedMembers(kind, path));
      expect(listRefusedMembers(field, KINDS[kind].schema).filter((path) => !rows.includes(path))).toEqual([]);
    } else {
      const listed: readonly string[] = UNHANDLED_FIELDS[kind] ?? [];
      expect(listCrdFields(field).filter((path) => !listed.includes(path))).toEqual([]);
    }
  });

  test.each(all)("$kind: versions", ({ kind, group, versions }) => {
    const ours: readonly string[] | undefined = isKind(kind) ? versionsOf(kind) : unhandledKind(kind)?.versions;
    expect([...(ours ?? [])].sort()).toEqual([...versions].sort());
    expect(isKind(kind) ? KINDS[kind].group : unhandledKind(kind)?.group).toBe(group);
  });

  test("each CEL rule is in the table, and each of the table is one", () => {
    const theirs = all.flatMap(({ kind, spec }) =>
      isKind(kind) ? listRules(spec).map(({ at, says }) => ({ kind, at, says })) : [],
    );
    const isOf = (rule: (typeof theirs)[number]) =>
      ISTIO_RULES.some(({ kind, at, says }) => kind === rule.kind && at === rule.at && says === rule.says);
    expect(theirs.filter((rule) => rule.says !== DURATION && !isOf(rule))).toEqual([]);
    const idle = ISTIO_RULES.filter(
      (rule) => !theirs.some(({ kind, at, says }) => kind === rule.kind && at === rule.at && says === rule.says),
    );
    expect(idle.map(({ kind, at, says }) => `${kind} ${at}: ${says}`)).toEqual([]);
  });

  test("each duration is one here", () => {
    const others = all.flatMap(({ kind, spec }) =>
      isKind(kind)
        ? listRules(spec)
            .filter(({ says }) => says === DURATION)
            .flatMap(({ at }) => {
              const path = at.split(/\.|(?=\[\])/).map((step) => (step === "[]" ? 0 : step));
              const field = fieldAt(KINDS[kind].schema, path);
              const isDuration =
                field?.status === "handled" &&
                field.type.kind === "string" &&
                field.type.format?.includes("duration") === true;
              return field === undefined || field.status !== "handled" || isDuration ? [] : [`${kind} ${at}`];
            })
        : [],
    );
    expect(others).toEqual([]);
  });
});
