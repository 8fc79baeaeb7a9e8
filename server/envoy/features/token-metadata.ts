import { TOKEN_FILTER, TOKEN_PAYLOAD } from "#core/xds/token-metadata.ts";
import type { MetadataMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/metadata_pb.js";
import type { StringMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/string_pb.js";
import type { ValueMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/value_pb.js";
import type { Init } from "#server/envoy/pack.ts";

export type StringInit = Init<typeof StringMatcherSchema>;
type ValueInit = Init<typeof ValueMatcherSchema>;
export type MetadataInit = Init<typeof MetadataMatcherSchema>;

/** A claim of a token that was checked, which is the text or a list that has it; names of nested claims one after another. */
export function matchClaim(claim: readonly string[], text: StringInit): MetadataInit {
  const value: ValueInit = { matchPattern: { case: "stringMatch", value: text } };
  const inList: ValueInit = {
    matchPattern: { case: "listMatch", value: { matchPattern: { case: "oneOf", value } } },
  };
  return matchPayload(claim, { matchPattern: { case: "orMatch", value: { valueMatchers: [inList, value] } } });
}

/** Issuer and subject, `ISSUER/SUBJECT` with a star at one end of either; the last slash parts them, for issuers are URLs. */
export function matchRequestPrincipal(value: string): readonly [MetadataInit, MetadataInit] {
  const slash = value.lastIndexOf("/");
  const hasSubject = slash >= 0;
  const issuer = hasSubject ? value.slice(0, slash) : value;
  const subject = value.slice(slash + 1);
  const of = (iss: StringInit, sub: StringInit): readonly [MetadataInit, MetadataInit] => [
    matchPayload(["iss"], { matchPattern: { case: "stringMatch", value: iss } }),
    matchPayload(["sub"], { matchPattern: { case: "stringMatch", value: sub } }),
  ];
  if (value === "*") return of(ANY_TEXT, ANY_TEXT);
  if (value.startsWith("*")) {
    if (!hasSubject) return of(ANY_TEXT, suffix(value.slice(1)));
    return of(issuer === "*" ? ANY_TEXT : suffix(issuer.slice(1)), exact(subject));
  }
  if (value.endsWith("*")) {
    if (!hasSubject) return of(prefix(value.slice(0, -1)), ANY_TEXT);
    return of(exact(issuer), subject === "*" ? ANY_TEXT : prefix(subject.slice(0, -1)));
  }
  return of(exact(issuer), exact(hasSubject ? subject : ""));
}

const ANY_TEXT: StringInit = { matchPattern: { case: "safeRegex", value: { regex: ".+" } } };
const exact = (value: string): StringInit => ({ matchPattern: { case: "exact", value } });
const prefix = (value: string): StringInit => ({ matchPattern: { case: "prefix", value } });
const suffix = (value: string): StringInit => ({ matchPattern: { case: "suffix", value } });

function matchPayload(claim: readonly string[], value: ValueInit): MetadataInit {
  return {
    filter: TOKEN_FILTER,
    path: [TOKEN_PAYLOAD, ...claim].map((key) => ({ segment: { case: "key" as const, value: key } })),
    value,
  };
}
