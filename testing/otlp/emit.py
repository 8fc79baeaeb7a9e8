"""An application with OpenTelemetry's SDK, told where to send by its standard environment alone."""
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
from opentelemetry import metrics, trace
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

traces, loggers = TracerProvider(), LoggerProvider()
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
trace.set_tracer_provider(traces)
metrics.set_meter_provider(meters)
logger = logging.getLogger("shop")
logger.addHandler(LoggingHandler(logger_provider=loggers))
with trace.get_tracer("shop").start_as_current_span("checkout", attributes={"cart.items": 3}) as span:
    logger.warning("the card was declined", extra={"card.kind": "debit"})
    metrics.get_meter("shop").create_counter("orders", unit="{order}").add(2, {"region": "eu"})
    span.add_event("declined")
    span.set_status(trace.StatusCode.ERROR, "declined")
    sys.stdout.write(format(span.get_span_context().trace_id, "032x"))
for each in (traces, loggers, meters):
    each.shutdown()
