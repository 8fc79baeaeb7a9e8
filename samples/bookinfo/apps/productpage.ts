import { type Answer, call, json, type Reply, serve } from "./http-app.ts";

const DETAILS = process.env.DETAILS_URL ?? "http://details:9080";
const REVIEWS = process.env.REVIEWS_URL ?? "http://reviews:9080";

interface Review {
  readonly reviewer: string;
  readonly text: string;
  readonly rating?: { readonly stars?: number; readonly color?: string; readonly error?: string };
}

function parsed<T>(answer: Answer): T | undefined {
  return answer.status === 200 ? (JSON.parse(answer.body) as T) : undefined;
}

function renderReviews(reviews: readonly Review[] | undefined): string {
  if (reviews === undefined) return "<p>Reviews are not available right now.</p>";
  return reviews
    .map(({ reviewer, text, rating }) => {
      const stars =
        rating?.stars === undefined ? "" : `<span style="color:${rating.color}">${"★".repeat(rating.stars)}</span>`;
      return `<blockquote><p>${text}</p><footer>${reviewer} ${stars}</footer></blockquote>`;
    })
    .join("");
}

/** GET /productpage: a page made of details and reviews. What is missing is named in the header x-degraded. */
serve("productpage", () => async (path, incoming): Promise<Reply> => {
  if (path === "/" || path === "/index.html") return { status: 200, body: '<a href="/productpage">A book</a>' };
  if (path.startsWith("/static/")) return { status: 200, body: "/* nothing to see */", type: "text/css" };
  if (path === "/login" || path === "/logout") return { status: 302, body: "", headers: { location: "/productpage" } };
  if (path === "/api/v1/products") return json([{ id: 0, title: "The Comedy of Errors" }]);
  if (path !== "/productpage" && path !== "/api/v1/products/0") return json({ error: `no such page: ${path}` }, 404);

  const [details, reviews] = await Promise.all([
    call(`${DETAILS}/details/0`, incoming),
    call(`${REVIEWS}/reviews/0`, incoming),
  ]);
  const missing = [
    details.status === 200 ? "" : `details=${details.status}`,
    reviews.status === 200 ? (reviews.degraded ?? "") : `reviews=${reviews.status}`,
  ].filter(Boolean);
  const headers: Record<string, string> = missing.length === 0 ? {} : { "x-degraded": missing.join(",") };
  const book = parsed<Record<string, unknown>>(details);
  const list = parsed<{ version: string; reviews: Review[] }>(reviews);
  if (path !== "/productpage") return { ...json({ details: book ?? null, reviews: list ?? null }), headers };
  const facts =
    book === undefined
      ? "<p>Details are not available right now.</p>"
      : `<dl>${Object.entries(book)
          .map(([key, value]) => `<dt>${key}</dt><dd>${String(value)}</dd>`)
          .join("")}</dl>`;
  const body = `<!doctype html><html lang="en"><title>The Comedy of Errors</title><h1>The Comedy of Errors</h1>${facts}<h2>Reviews ${list?.version ?? ""}</h2>${renderReviews(list?.reviews)}</html>`;
  return { status: 200, body, headers };
});
