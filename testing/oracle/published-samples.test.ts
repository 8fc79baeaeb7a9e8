// `pharos analyze` over what Istio publishes: of a valid example it says nothing wrong. What it does say is in explained-samples.ts.
import { describe, expect, test } from "vitest";
import { EXPLAINED_SAMPLES, type ExplainedSample } from "#testing/oracle/explained-samples.ts";
import { findInFile } from "#testing/oracle/published/find-in-file.ts";
import { findModule } from "#testing/oracle/published/find-module.ts";
import { readExamples } from "#testing/oracle/published/read-examples.ts";
import { type PublishedFile, readPublished } from "#testing/oracle/published/read-published.ts";
import { isOfIstio } from "#testing/oracle/published/stand-in.ts";
import { STANDARD_MESH } from "#testing/oracle/published/standard-mesh.ts";

const [istio, api] = await Promise.all([findModule("istio.io/istio"), findModule("istio.io/api")]);
/** What files of one folder say of services that others of it route to. */
const SHARED = ["DestinationRule", "Gateway", "ServiceEntry"];
/** A part of a mesh names what is not in it. */
const MISSING = /^\w+ (?:[a-z-]+-not-found|selector-matches-nothing|subset-without-instances|delegate-not-usable) /;

/** Told in docs/reference/fields.md, field by field. */
const BY_NAME = /^\w+ (?:[a-z-]+-not-handled|field-ignored) /;

const met = new Set<ExplainedSample>();
function unexplained(file: PublishedFile, found: readonly string[]): string[] {
  return found
    .filter((finding) => {
      if (BY_NAME.test(finding)) return false;
      const explained = EXPLAINED_SAMPLES.find((each) => each.file.test(file.name) && each.finding.test(finding));
      if (explained !== undefined) met.add(explained);
      return explained === undefined;
    })
    .map((finding) => `${file.name}: ${finding}`);
}

describe.skipIf(istio === undefined || api === undefined)("what Istio publishes", { timeout: 120_000 }, () => {
  test("the samples, each beside the services of all of them", () => {
    const files = readPublished(istio ?? "", "samples");
    const services = files.flatMap(({ manifests }) => manifests.filter((each) => !isOfIstio(each)));
    const roomOf = (name: string): string => name.split("/").slice(0, 2).join("/");
    const found = files.flatMap((file) => {
      const room = files.filter((each) => each !== file && roomOf(each.name) === roomOf(file.name));
      const shared = room.flatMap(({ manifests }) =>
        manifests.filter((each) => isOfIstio(each) && SHARED.includes(each.kind ?? "")),
      );
      return unexplained(file, findInFile(file, [...STANDARD_MESH, ...shared, ...services]));
    });
    expect(files.filter(({ manifests }) => manifests.some(isOfIstio)).length).toBeGreaterThan(30);
    expect(found).toEqual([]);
  });

  test.each([
    ["the inputs of Istio's own tests", () => readPublished(istio ?? "", "tests")],
    ["the examples of the API's reference", () => readExamples(api ?? "")],
  ])("%s, parts of meshes that they are", (_, read) => {
    const files = read();
    const found = files.flatMap((file) =>
      unexplained(
        file,
        findInFile(file, STANDARD_MESH).filter((finding) => !MISSING.test(finding)),
      ),
    );
    expect(files.filter(({ manifests }) => manifests.some(isOfIstio)).length).toBeGreaterThan(60);
    expect(found).toEqual([]);
  });

  test("each explanation explains something", () => {
    expect(EXPLAINED_SAMPLES.filter((each) => !met.has(each)).map(({ why }) => why)).toEqual([]);
  });
});
