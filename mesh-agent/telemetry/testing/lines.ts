/** A line as Envoy writes it with core/telemetry/access-log.ts. */
export function lineOf(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    dir: "outbound",
    t: "1772366400500",
    d: 12,
    m: "GET",
    p: "/reviews/0?secret=1",
    a: "reviews:9080",
    pr: "HTTP/1.1",
    c: 200,
    f: "-",
    cd: "via_upstream",
    bi: 0,
    bo: 379,
    g: null,
    ct: null,
    ri: "4dbb5e07-b10c-9a14-8e2c-f2b7dd2bbc8e",
    ti: "0af7651916cd43dd8448eb211c80319c",
    uc: "outbound|9080|v1|reviews.default.svc.cluster.local",
    uh: "127.0.0.1:15123",
    rn: "default",
    dp: null,
    up: "spiffe://cluster.local/ns/default/sa/bookinfo-reviews",
    tv: null,
    pw: null,
    uw: "reviews-v1;default;reviews;v1",
    lp: 15080,
    uf: null,
    ...fields,
  });
}

export const OWN = {
  workload: "productpage-v1",
  namespace: "default",
  app: "productpage",
  version: "v1",
  principal: "spiffe://cluster.local/ns/default/sa/bookinfo-productpage",
};
