import { expect, test } from "vitest";
import { checkEnvironmentName } from "#core/schema/environment-name.ts";

test.each(["REGION", "_a", "ISTIO_META_DNS_CAPTURE", "PATHS", "LDAP_HOST", "NODEPOOL", "EVENT_NAME", "x".repeat(128)])(
  "%s may come from elsewhere",
  (name) => expect(checkEnvironmentName(name)).toBeUndefined(),
);

test.each([
  "LD_PRELOAD",
  "ld_library_path",
  "PATH",
  "Path",
  "NODE_OPTIONS",
  "GLIBC_TUNABLES",
  "MALLOC_CONF",
  "HEAPPROFILE",
  "SSL_CERT_FILE",
  "SSLKEYLOGFILE",
  "http_proxy",
  "NO_PROXY",
  "AWS_SECRET_ACCESS_KEY",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "TMPDIR",
  "BASH_ENV",
  "ENV",
  "ASAN_OPTIONS",
  "PHAROS_DIR",
  "RES_OPTIONS",
  "EVENT_NOEPOLL",
  "grpc_proxy",
  "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
  "CARES_HOSTS",
])("%s stays its host's", (name) => {
  expect(checkEnvironmentName(name)).toMatchObject({ notHandled: expect.stringContaining("environment") });
});

test.each(["", "1A", "A-B", "A=B", "A B", "A\0", "ä", "x".repeat(129)])("%j is no name", (name) => {
  expect(checkEnvironmentName(name)).toMatch(/is not the name/);
});
