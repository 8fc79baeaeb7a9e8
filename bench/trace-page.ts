import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { toOtlp } from "../core/telemetry/otlp-trace.ts";
import type { TraceSpan } from "../core/telemetry/trace.ts";
import { startDemo } from "../e2e/fixtures/demo.ts";
import { readFlags } from "./read-flags.ts";
import { printReport } from "./report.ts";

const TRACE = "c0ffee".padEnd(32, "0");
const SERVICES = ["web", "cart", "stock", "pay", "ledger", "mail", "auth", "search"];
const LINE_PX = 32;
/** A fast fling: 6,400 px a second. */
const LINES_A_SECOND = 200;
/** Of OTLP's requests. */
const AT_ONCE = 2000;

/** A tree of calls: each span below one of the hundred before it. */
function spansOf(count: number, startMs: number): TraceSpan[] {
  const spans: TraceSpan[] = [];
  for (let at = 0; at < count; at++) {
    const parent = spans[at - 1 - ((at * 31) % Math.min(100, Math.max(1, at)))];
    const service = `${SERVICES[at % SERVICES.length]}.shop`;
    const begin = parent === undefined ? startMs : parent.startMs + parent.durationMs * 0.1;
    spans.push({
      spanId: (at + 1).toString(16).padStart(16, "0"),
      parentSpanId: parent?.spanId ?? null,
      service,
      operation: `GET /items/${at % 37}`,
      kind: "server",
      startMs: begin,
      durationMs: parent === undefined ? 8000 : Math.max(0.001, parent.durationMs * 0.8),
      status: at % 211 === 7 ? "error" : "unset",
      statusMessage: "",
      attributes: { "http.method": "GET", "http.url": `http://shop/items/${at % 37}`, "http.status_code": 200 },
      resource: { "service.name": service, "service.version": "v1" },
      events: [],
    });
  }
  return spans;
}

interface Frames {
  readonly frames: number;
  readonly perSecond: number;
  readonly p95Ms: number;
  readonly longestMs: number;
  /** CPU of the page's main thread for a frame, whatever else the machine does: 60 a second leave 16.7 ms. */
  readonly cpuMs: number;
}

/** Scrolls an element a little each frame and tells how long frames were. */
async function scroll(page: Page, selector: string, seconds: number): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const cpuSeconds = async (): Promise<number> =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ??
    Number.NaN;
  const before = await cpuSeconds();
  const seen = await page.evaluate(
    async ({ selector, seconds, pxPerMs }) => {
      const element = document.querySelector(selector);
      if (element === null) throw new Error(`nothing is at ${selector}`);
      const took: number[] = [];
      const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
      const first = await frame();
      let last = first;
      for (let now = first; now - first < seconds * 1000; ) {
        now = await frame();
        element.scrollTop += (now - last) * pxPerMs;
        took.push(now - last);
        last = now;
      }
      const sorted = took.sort((a, b) => a - b);
      return {
        frames: took.length,
        perSecond: (took.length / (last - first)) * 1000,
        p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
        longestMs: sorted.at(-1) ?? 0,
      };
    },
    { selector, seconds, pxPerMs: (LINES_A_SECOND * LINE_PX) / 1000 },
  );
  return { ...seen, cpuMs: (((await cpuSeconds()) - before) * 1000) / seen.frames };
}

/** Frames while the waterfall of a large trace scrolls, beside a page of plain text in the same browser: what the machine can do. */
export async function run(args: readonly string[]): Promise<void> {
  const values = readFlags(args, { spans: "10000", seconds: "6" });
  const [count, seconds] = [Number(values.spans), Number(values.seconds)];
  const demo = await startDemo(["--rate", "0"]);
  const { PHAROS_CHROMIUM: executablePath } = process.env;
  const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
  try {
    const spans = spansOf(count, Date.now() - 20_000);
    const token = readFileSync(join(demo.dir, "server/admin-token"), "utf8").trim();
    for (let at = 0; at < count; at += AT_ONCE) {
      const answer = await fetch(`${demo.console}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(
          toOtlp({ traceId: TRACE, startMs: 0, durationMs: 0, spans: spans.slice(at, at + AT_ONCE) }),
        ),
      });
      if (!answer.ok) throw new Error(`spans were not taken: ${await answer.text()}`);
    }
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const before = Date.now();
    await page.goto(`${demo.console}/traces/${TRACE}`);
    await page.getByTestId("span").first().waitFor();
    const openMs = Date.now() - before;
    await page.waitForLoadState("networkidle");
    const lines = await page.getByTestId("span").count();
    await scroll(page, "[data-testid=waterfall-scroller]", 1);
    const waterfall = await scroll(page, "[data-testid=waterfall-scroller]", seconds);
    const plain = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await plain.setContent(
      `<div id="all" style="height:700px;overflow:auto"><div style="height:${count * LINE_PX}px">${"<p>text</p>".repeat(500)}</div></div>`,
    );
    await scroll(plain, "#all", 1);
    const text = await scroll(plain, "#all", seconds);
    const row = (what: string, of: (frames: Frames) => number) => ({ what, values: [of(waterfall), of(text)] });
    printReport(
      values.output,
      { spans: count, openMs, linesDrawn: lines, waterfall, text },
      {
        title: `A trace of ${count} spans, scrolled by ${LINES_A_SECOND} lines a second at 1440 × 900`,
        sides: ["waterfall", "plain text"],
        rows: [
          row("frames a second", ({ perSecond }) => perSecond),
          row("95 of 100 frames take at most, ms", ({ p95Ms }) => p95Ms),
          row("CPU of the main thread for a frame, ms", ({ cpuMs }) => cpuMs),
          row("longest frame, ms", ({ longestMs }) => longestMs),
          { what: "page opened, ms", values: [openMs, undefined] },
          { what: "lines drawn", values: [lines, undefined] },
        ],
      },
    );
  } finally {
    await browser.close();
    demo.stop();
  }
}
