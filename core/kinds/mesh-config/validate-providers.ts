import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { ExtensionProvider, HttpAuthorizer } from "#core/kinds/mesh-config/extension-provider.ts";
import type { Path } from "#core/schema/path.ts";

/** Envoy's `StatusCode`. */
const STATUSES: ReadonlySet<number> = new Set([
  100, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403,
  404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 429, 431, 500,
  501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
]);
const PATTERNS = [
  "includeRequestHeadersInCheck",
  "includeHeadersInCheck",
  "headersToUpstreamOnAllow",
  "headersToDownstreamOnDeny",
  "headersToDownstreamOnAllow",
] as const satisfies readonly (keyof HttpAuthorizer)[];

/** Types of providers that are services, beside `envoyExtAuthzHttp`. */
const ASKED = [
  "envoyExtAuthzGrpc",
  "envoyOtelAls",
  "envoyHttpAls",
  "envoyTcpAls",
  "zipkin",
  "skywalking",
  "datadog",
  "opentelemetry",
] as const satisfies readonly (keyof ExtensionProvider)[];

export function validateProviders(providers: readonly ExtensionProvider[]): Diagnostic[] {
  return providers.flatMap((provider, index) => {
    const path = ["spec", "extensionProviders", index];
    const { name, envoyExtAuthzHttp: http } = provider;
    const first = providers.findIndex((each) => each.name === name);
    return [
      ...(first < index
        ? [errorAt([...path, "name"], "duplicate-value", `${name} appears twice`, "policies name a provider by it")]
        : []),
      ...(http === undefined ? [] : validateHttp(http, [...path, "envoyExtAuthzHttp"])),
      ...ASKED.flatMap((type) => {
        const asked = provider[type];
        return asked === undefined ? [] : validateAsked(asked, [...path, type]);
      }),
    ];
  });
}

function validateHttp(http: HttpAuthorizer, path: Path): Diagnostic[] {
  const { pathPrefix = "/" } = http;
  return [
    ...validateAsked(http, path),
    ...(pathPrefix.startsWith("/")
      ? []
      : [errorAt([...path, "pathPrefix"], "bad-value", `${pathPrefix} does not begin with /`, "such as /check")]),
    ...PATTERNS.flatMap((field) =>
      (http[field] ?? []).flatMap((name, index) =>
        name === "*"
          ? [
              errorAt(
                [...path, field, index],
                "bad-value",
                "* alone is every header",
                "name them, or their beginning or end: x-*, *-id",
              ),
            ]
          : [],
      ),
    ),
  ];
}

function validateAsked(
  asked: Pick<HttpAuthorizer, "service"> & { readonly statusOnError?: HttpAuthorizer["statusOnError"] },
  path: Path,
): Diagnostic[] {
  const { service, statusOnError } = asked;
  const issues: Diagnostic[] = [];
  if (service.includes("*") || service.startsWith("./"))
    issues.push(
      errorAt([...path, "service"], "bad-value", `${service} is not one service`, "write HOST, or NAMESPACE/HOST"),
    );
  if (statusOnError !== undefined && !(/^\d{3}$/.test(statusOnError) && STATUSES.has(Number(statusOnError))))
    issues.push(
      errorAt(
        [...path, "statusOnError"],
        "bad-value",
        `${statusOnError} is not a status that Envoy answers`,
        "such as 503",
      ),
    );
  return issues;
}
