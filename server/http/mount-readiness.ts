import { PharosError } from "#core/errors.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { sendText } from "#node/send-text.ts";

const PATIENCE_MS = 1000;

/** `/readyz`: 200 when each part answers, 503 naming those that do not. Says nothing of why: anybody may ask. */
export function mountReadiness(parts: Readonly<Record<string, () => Promise<unknown>>>): HttpHandler {
  return async (_, response) => {
    const answers = await Promise.all(
      Object.entries(parts).map(async ([name, ask]) => toComplaint(name, await answersInTime(ask))),
    );
    const missing = answers.flat();
    if (missing.length === 0) sendText(response, 200, "ready\n");
    else sendText(response, 503, `${missing.join("\n")}\n`);
  };
}

type Answer = "well" | "full" | "none";

function toComplaint(name: string, answer: Answer): string[] {
  if (answer === "well") return [];
  return [answer === "full" ? `${name} is full` : `${name} does not answer`];
}

async function answersInTime(ask: () => Promise<unknown>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((done) => {
    timer = setTimeout(() => done("none"), PATIENCE_MS);
  });
  const answered = ask().then(
    (): Answer => "well",
    (error: unknown): Answer => (PharosError.from(error).code === "exhausted" ? "full" : "none"),
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
