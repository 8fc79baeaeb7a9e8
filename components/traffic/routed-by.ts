import { readApiError } from "#components/api/api-error.ts";

/** What is known of a host as a service, however far its loading has come. */
interface AskedService {
  readonly data: { readonly namedBy: readonly string[] } | undefined;
  readonly error: unknown;
}

/** Refs of the routes that name a host which no service declares; none where nothing does, undefined while it is not known. */
export function routedBy({ data, error }: AskedService): readonly string[] | undefined {
  if (error !== null && error !== undefined && readApiError(error).reason === "not-found") return [];
  return data?.namedBy;
}
