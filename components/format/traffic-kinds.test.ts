import { expect, test } from "vitest";
import { TRAFFIC_KINDS } from "#components/format/traffic-kinds.ts";
import { isSecurityKind } from "#components/security/security-kind.ts";
import { KIND_NAMES, KINDS } from "#core/kinds/kinds.ts";

test("every kind has pages in the area that it says", () => {
  const inArea = (area: "traffic" | "security") => KIND_NAMES.filter((kind) => KINDS[kind].area === area);
  expect([...TRAFFIC_KINDS].sort()).toEqual(inArea("traffic").sort());
  expect(KIND_NAMES.filter(isSecurityKind)).toEqual(inArea("security"));
});
