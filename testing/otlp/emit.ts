import { logs, metrics, SeverityNumber, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";

// An application with OpenTelemetry's SDK, told where to send by its standard environment alone.
const sdk = new NodeSDK();
sdk.start();
trace.getTracer("shop").startActiveSpan("checkout", { attributes: { "cart.items": 3 } }, (span) => {
  logs.getLogger("shop").emit({
    severityNumber: SeverityNumber.WARN,
    severityText: "WARN",
    body: "the card was declined",
    attributes: { "card.kind": "debit" },
  });
  metrics.getMeter("shop").createCounter("orders", { unit: "{order}" }).add(2, { region: "eu" });
  span.addEvent("declined");
  span.setStatus({ code: SpanStatusCode.ERROR, message: "declined" });
  process.stdout.write(span.spanContext().traceId);
  span.end();
});
await sdk.shutdown();
