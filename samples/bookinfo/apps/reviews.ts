import { call, json, serve } from "./http-app.ts";

const RATINGS = process.env.RATINGS_URL ?? "http://ratings:9080";

const TEXTS = [
  { reviewer: "reader1", text: "Two pairs of twins, one city, and not a dull line." },
  { reviewer: "reader2", text: "Funny once you keep the names apart." },
] as const;

const STAR_COLOUR: Readonly<Record<string, string>> = { v2: "black", v3: "red" };

/** GET /reviews/ID: v1 without stars, v2 with black ones, v3 with red ones. */
serve("reviews", (version) => async (path, incoming) => {
  const match = /^\/reviews\/(\d+)$/.exec(path);
  if (match === null) return json({ error: "please provide a numeric product id" }, 400);
  const id = Number(match[1]);
  const colour = STAR_COLOUR[version];
  if (colour === undefined) return json({ id, version, reviews: TEXTS });
  const answer = await call(`${RATINGS}/ratings/${id}`, incoming);
  if (answer.status !== 200) {
    const reviews = TEXTS.map((text) => ({ ...text, rating: { error: `ratings answered ${answer.status}` } }));
    return { ...json({ id, version, reviews }), headers: { "x-degraded": `ratings=${answer.status}` } };
  }
  const { ratings } = JSON.parse(answer.body) as { ratings: Record<string, number> };
  return json({
    id,
    version,
    reviews: TEXTS.map((text) => ({ ...text, rating: { stars: ratings[text.reviewer] ?? 0, color: colour } })),
  });
});
