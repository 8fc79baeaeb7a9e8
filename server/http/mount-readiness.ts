import { type HttpHandler, sendText } from "#server/http/routes.ts";

const PATIENCE_MS = 1000;

/** `/readyz`: 200 when each part answers, 503 naming those that do not. Says nothing of why: anybody may ask. */
export function mountReadiness(parts: Readonly<Record<string, () => Promise<unknown>>>): HttpHandler {
  return async (_, response) => {
    const answers = await Promise.all(
      Object.entries(parts).map(async ([name, ask]) => ((await answersInTime(ask)) ? [] : [name])),
    );
    const missing = answers.flat();
    if (missing.length === 0) sendText(response, 200, "ready\n");
    else sendText(response, 503, `${missing.map((name) => `${name} does not answer`).join("\n")}\n`);
  };
}

async function answersInTime(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), PATIENCE_MS);
  });
  const answered = ask().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
