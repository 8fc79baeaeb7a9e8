import { expect, test } from "vitest";
import { requestsCsv } from "#core/telemetry/requests-csv.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";

test("what callers write is text in a spreadsheet: no formula, no cell or line more", () => {
  const csv = requestsCsv([
    requestCase({
      path: '=HYPERLINK("http://x","a")',
      authority: 'a,"b"\r\nc',
      sourceWorkload: "@SUM(1)",
      method: "+1",
    }),
  ]);
  expect(csv).toContain(`"'=HYPERLINK(""http://x"",""a"")"`);
  expect(csv).toContain('"a,""b""\r\nc"');
  expect(csv).toContain(",'@SUM(1),");
  expect(csv).toContain(",'+1,");
  expect(csv).toContain(",-,");
});
