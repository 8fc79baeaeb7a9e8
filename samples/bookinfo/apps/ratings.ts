import { json, serve } from "./http-app.ts";

/** Stars per reviewer: GET /ratings/ID. */
serve("ratings", () => async (path) => {
  const match = /^\/ratings\/(\d+)$/.exec(path);
  if (match === null) return json({ error: "please provide a numeric product id" }, 400);
  return json({ id: Number(match[1]), ratings: { reader1: 5, reader2: 4 } });
});
