// Istio publishes the schema of each of its kinds. No field of one is missing here; what it requires, which values it knows, what
// excludes what, and the bounds of each value are the same, but for what is explained; and random documents are judged alike.

import { describe, expect, test } from "vitest";
import { isKind, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { refusedMembers } from "#core/kinds/refused-members.ts";
import { unhandledKind } from "#core/kinds/unhandled-kinds.ts";
import type { Field, Handled } from "#core/schema/field.ts";
import { listFields } from "#core/schema/list-fields.ts";
import { formatPath, type Path } from "#core/schema/path.ts";
import { valueAt } from "#core/schema/value-at.ts";
import { anyDocument } from "#server/envoy/testing/arbitrary-document.ts";
import { keepValid } from "#server/envoy/testing/keep-valid.ts";
import { fc, seed } from "#testing/fc.ts";
import { anyChange, withChange } from "#testing/istio-crd/any-change.ts";
import { compareCrd } from "#testing/istio-crd/compare-crd.ts";
import type { CrdError } from "#testing/istio-crd/crd-field.ts";
import { EXPLAINED_CRD } from "#testing/istio-crd/explained-crd.ts";
import { listRefusedMembers } from "#testing/istio-crd/list-refused-members.ts";
import { listPublished, loadPublished, type PublishedCrd } from "#testing/istio-crd/published-crd.ts";
import { documentOf, errorsOf, refusalsOf } from "#testing/istio-crd/refusals.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const published = listPublished();
const READ = published.filter(
  (each): each is typeof each & { readonly kind: Kind } =>
    isKind(each.kind) && each.version === versionsOf(each.kind)[0],
);
const loaded = new Map<string, Promise<PublishedCrd>>();

function load(kind: string): Promise<PublishedCrd> {
  const { group, version } = published.find((each) => each.kind === kind) ?? { group: "", version: "" };
  const crd = loaded.get(kind) ?? loadPublished(group, isKind(kind) ? (versionsOf(kind)[0] ?? version) : version, kind);
  loaded.set(kind, crd);
  return crd;
}

describe("each field", () => {
  test.each(READ)("of a $kind", async ({ kind }) => {
    const { spec } = await load(kind);
    const differences = compareCrd(spec, KINDS[kind].schema, refusalsOf(kind)).map((each) => `${kind} ${each}`);
    expect(differences.filter((each) => !EXPLAINED_CRD.some(([what]) => what.test(each)))).toEqual([]);
  });

  test.each(READ)("of a $kind that is refused with what holds it is listed", async ({ kind }) => {
    const { schema } = KINDS[kind];
    const rows = listFields(schema).flatMap(([path, field]) =>
      field.status === "handled" ? [] : refusedMembers(kind, path),
    );
    const missing = listRefusedMembers((await load(kind)).spec, schema).filter((path) => !rows.includes(path));
    expect(missing).toEqual([]);
  });
});

test("each explanation explains something", async () => {
  const found = await Promise.all(
    READ.map(async ({ kind }) =>
      compareCrd((await load(kind)).spec, KINDS[kind].schema, () => []).map((each) => `${kind} ${each}`),
    ),
  );
  const idle = EXPLAINED_CRD.filter(([what]) => !found.flat().some((each) => what.test(each)));
  expect(idle).toEqual([]);
});

describe("each version", () => {
  test.each(published)("$group/$version $kind is read, or the kind is refused with what to do instead", (each) => {
    const { group, version, kind } = each;
    const [first] = errorsOf({ apiVersion: `${group}/${version}`, kind, metadata: { name: "a" }, spec: {} });
    if (isKind(kind)) expect(["unknown-version", "unknown-kind", "kind-not-handled"]).not.toContain(first?.code);
    else
      expect(first).toMatchObject({ code: "kind-not-handled", message: expect.stringMatching(`^${kind} .+: .{20,}`) });
  });

  test.each(READ)("of a $kind that does not exist is refused by name", ({ group, kind }) => {
    const others = ["v2", "v1alpha1", "v1alpha2", "v1alpha3", "v1beta1", "v1beta2", "", "v1/v1"].filter(
      (version) => !published.some((each) => each.kind === kind && each.version === version),
    );
    for (const version of others)
      expect(errorsOf({ apiVersion: `${group}/${version}`, kind, metadata: { name: "a" } })).toMatchObject([
        { code: "unknown-version", path: ["apiVersion"], message: `${group}/${version} is not a version of ${kind}` },
      ]);
  });

  test("of a kind that is not read is the published one", () => {
    const known = published.filter(({ kind }) => !isKind(kind));
    for (const { group, version, kind } of known)
      expect(unhandledKind(kind)).toMatchObject({ group, versions: [version] });
  });
});

describe(`FUZZ_SEED=${seed} FUZZ_RUNS=${RUNS}`, () => {
  test("a document that Istio's schema refuses is refused, and one that it takes is taken, or a field of it is named", async () => {
    const specs = Object.fromEntries(
      await Promise.all(READ.map(async ({ kind }) => [kind, await load(kind)] as const)),
    );
    const cases = anyDocument
      .map(keepValid)
      .filter((resource) => resource !== undefined && resource.kind in specs)
      .chain((resource) => {
        const { kind, spec } = resource as { kind: Kind; spec: object };
        const crd = specs[kind];
        if (crd === undefined) throw new Error(`no schema of ${kind}`);
        return anyChange(crd.spec).map((change) => ({
          crd,
          change,
          document: documentOf(kind, withChange(spec, change)),
        }));
      });
    fc.assert(
      fc.property(cases, ({ crd, document, change }) => {
        const theirs = crd.refuse(document).filter((error) => !isExplained(crd.kind, error));
        const ours = errorsOf(document);
        if (theirs.length > 0)
          expect(
            ours,
            `taken, though the schema says: ${JSON.stringify(theirs)} ${JSON.stringify(change)}`,
          ).not.toEqual([]);
        for (const { path = [], message } of ours)
          if (!isNamed(document, path)) throw new Error(`names no field: ${message} (${formatPath(path)})`);
      }),
      { seed, numRuns: RUNS },
    );
  });
});

/** Of what is not read an empty value is none, whatever its type; lists of accounts may be longer. */
function isExplained(kind: string, { instancePath, keyword }: CrdError): boolean {
  const path = instancePath.split("/").slice(2);
  if (keyword === "maxItems" && /erviceAccounts$/.test(instancePath)) return true;
  let field: Field | undefined = isKind(kind) ? KINDS[kind].schema : undefined;
  for (const step of path) {
    if (field?.status !== "handled") break;
    const { type }: Handled = field;
    field =
      type.kind === "message"
        ? type.members[step]
        : type.kind === "list"
          ? type.item
          : type.kind === "map"
            ? type.value
            : undefined;
  }
  return field !== undefined && field.status !== "handled";
}

/** A value of the document, or one that is missing in one. */
function isNamed(document: object, path: Path): boolean {
  return path.length > 0 && [path, path.slice(0, -1)].some((each) => valueAt(document, each) !== undefined);
}
