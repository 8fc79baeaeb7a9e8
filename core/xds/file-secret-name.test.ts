import { expect, test } from "vitest";
import { nameCertificate, nameRoots, parseFileSecret } from "#core/xds/file-secret-name.ts";
import { fc } from "#testing/fc.ts";

test("names are Istio's", () => {
  expect(nameCertificate("/etc/certs/tls.crt", "/etc/certs/tls.key")).toBe(
    "file-cert:/etc/certs/tls.crt~/etc/certs/tls.key",
  );
  expect(nameRoots("/etc/certs/ca.crt")).toBe("file-root:/etc/certs/ca.crt");
  expect(nameRoots("/ca.crt", "/ca.crl")).toBe("file-root:/ca.crt~/ca.crl");
});

test("other secrets are none of files", () => {
  for (const name of ["default", "ROOTCA", "file-root:system", "file-cert:one", "file-cert:a~b~c", "file-root:a~b~c"])
    expect(parseFileSecret(name)).toBeUndefined();
});

test("any paths come back", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (certificate, key) => {
      expect(parseFileSecret(nameCertificate(certificate, key))).toEqual({ kind: "certificate", certificate, key });
      const roots = { kind: "roots", path: key === "system" ? "./system" : key };
      expect(parseFileSecret(nameRoots(key))).toEqual(roots);
      expect(parseFileSecret(nameRoots(key, certificate))).toEqual({ ...roots, revoked: certificate });
    }),
  );
});
