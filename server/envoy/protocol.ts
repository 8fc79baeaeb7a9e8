/** What callers that speak HTTP over mTLS say they speak. */
export const HTTP_ALPN = ["h2", "http/1.1"];
/** As Envoy's inspector calls what it found in plain text. */
export const INSPECTED_HTTP = ["http/1.0", "http/1.1", "h2c"];
