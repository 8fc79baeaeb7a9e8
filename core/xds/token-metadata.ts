/** The filter that checks tokens; what it found of one stands in the metadata of this name, under the key. */
export const TOKEN_FILTER = "envoy.filters.http.jwt_authn";
export const TOKEN_PAYLOAD = "payload";
