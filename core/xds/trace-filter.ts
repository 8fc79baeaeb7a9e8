/** The filter that gives traced requests their spans where there is no tracer. */
export const TRACE_FILTER = "pharos.trace-context";
