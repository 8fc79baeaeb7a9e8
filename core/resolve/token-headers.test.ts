import { expect, test } from "vitest";
import { tokenHeaders } from "#core/resolve/token-headers.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

test("headers of tokens are those that rules name, and no patterns", () => {
  const { resources, diagnostics } = parseDocuments(`apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: a, namespace: shop }
spec:
  jwtRules:
    - issuer: https://a.test
      fromHeaders: [{ name: X-Ticket }, { name: "*" }, { name: x-* }]
      outputPayloadToHeader: x-claims
`);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(tokenHeaders(resources)).toEqual(["x-claims", "x-ticket"]);
});
