import { parseDocuments } from "#core/resource/parse-documents.ts";
import { formatPath } from "#core/schema/path.ts";
import { nearDocument } from "#testing/oracle/arbitrary/near-document.ts";
import { type Difference, defineArea } from "#testing/oracle/area.ts";
import { writeDocument } from "#testing/oracle/world.ts";

const NULL = '"null"';
/** Refused by name: Istio may take it. */
const BY_NAME = /-not-handled$/;

/** Documents, valid or nearly: what Istio refuses is refused here, and what it takes is taken, or refused by name. */
export const validation = defineArea({
  name: "validation",
  cases: nearDocument,
  write: writeDocument,
  async compare(document, istio) {
    const text = writeDocument(document);
    const { errors } = await istio.validate(text);
    const refused = parseDocuments(text).diagnostics.filter(({ severity }) => severity === "error");
    return { compared: 1, differences: judge(document.kind, refused, errors) };
  },
});

type Refusal = ReturnType<typeof parseDocuments>["diagnostics"][number];

function judge(kind: string, ours: readonly Refusal[], theirs: readonly string[]): Difference[] {
  if (ours.length > 0 && theirs.length > 0) return [];
  return [
    ...ours
      .filter(({ code }) => !BY_NAME.test(code))
      .map(({ code, path, message }) => ({
        where: `${formatPath(path ?? [])}: ${message}`,
        what: `refused ${kind} ${code} ${general(formatPath(path ?? []))}: ${message.replace(/"[^"]*"/g, "…")}`,
      })),
    ...theirs.map((each) => ({
      where: each,
      what: `taken ${kind} ${each
        .replace(/\s+/g, " ")
        .replace(/"[^"]*"/g, (text) => (text === NULL ? text : "…"))
        .slice(0, 300)}`,
    })),
  ];
}

/** A path without the numbers of items and the keys of maps. */
function general(path: string): string {
  return path.replace(/\[\d+\]/g, "[]").replace(/\["[^"]*"\]/g, ".…");
}
