import { expect, test } from "vitest";
import { nameDenial } from "#core/telemetry/denied-by.ts";
import {
  isRefusal,
  isRefusedByGateway,
  isRefusedBySidecar,
  parseRefusal,
  withPolicy,
} from "#core/telemetry/refused-connection.ts";

const line = (fields: object) => ({ dir: "inbound", ...fields }) as const;

test.each([
  [
    "plain text that no chain takes",
    {
      f: "NR",
      cd: "filter_chain_not_found",
      tf: "TLS_error|error:1000009c:SSL_routines:OPENSSL_internal:HTTP_REQUEST",
    },
    "mtls[plaintext]",
    "mTLS is required: plain text",
  ],
  [
    "no certificate",
    {
      f: "-",
      tf: "TLS_error:|268435655:SSL_routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE:TLS_error_end",
    },
    "mtls[no-certificate]",
    "mTLS is required: no certificate",
  ],
  [
    "somebody else's certificate",
    { f: "-", tf: "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed" },
    "mtls[certificate]",
    "mTLS is required: a certificate that is not trusted",
  ],
  [
    "any other failure",
    { f: "-", tf: "TLS_error:nonsense" },
    "mtls[handshake]",
    "mTLS is required: the TLS handshake failed",
  ],
])("%s", (_, fields, refusal, words) => {
  expect(parseRefusal(line(fields))).toBe(refusal);
  expect(nameDenial(refusal)).toBe(words);
  expect(nameDenial(withPolicy(refusal, { namespace: "istio-system", name: "default" }))).toBe(
    "PeerAuthentication/istio-system/default",
  );
});

test.each([
  ["a name that no server has", { f: "NR", cd: "filter_chain_not_found" }, "server-name"],
  [
    "plain text, one of several servers' chains",
    { f: "NR", cd: "filter_chain_not_found", tf: "TLS_error|x" },
    "plaintext",
  ],
  [
    "plain text, one server for all names",
    { f: "-", tf: "TLS_error:|268435612:SSL_routines:OPENSSL_internal:HTTP_REQUEST:TLS_error_end" },
    "plaintext",
  ],
  [
    "something else than HTTP in plain text",
    { f: "-", tf: "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end" },
    "plaintext",
  ],
  [
    "a version that is too old",
    { f: "-", tf: "TLS_error:|268435696:SSL_routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL:TLS_error_end" },
    "handshake",
  ],
])("at a gateway: %s", (_, fields, cause) => {
  const refusal = parseRefusal({ dir: "gateway", ...fields });
  expect(refusal).toBe(`tls[${cause}]`);
  expect([isRefusal(refusal), isRefusedByGateway(refusal), isRefusedBySidecar(refusal)]).toEqual([true, true, false]);
  expect(nameDenial(refusal)).not.toContain("mTLS");
  expect(withPolicy(refusal, { namespace: "n", name: "p" })).toBe(refusal);
});

test("a request's line is no refused connection, and a policy's denial is left as it is", () => {
  expect(parseRefusal(line({ m: "GET", c: 200, f: "-", cd: "via_upstream" }))).toBe("");
  expect(withPolicy("ns[a]-policy[b]", { namespace: "n", name: "p" })).toBe("ns[a]-policy[b]");
  expect(nameDenial("ns[a]-policy[b]-rule[0]")).toBe("AuthorizationPolicy/a/b");
});
