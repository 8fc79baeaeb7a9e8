import { fromBinary } from "@bufbuild/protobuf";
import { RequestShapeSchema, RequestWindowSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import {
  type AgentLabels,
  remember,
  type ToldLabels,
  type ToldShape,
  type ToldWindow,
} from "#server/telemetry/ingest/told-labels.ts";
import type { WireBytes } from "#server/telemetry/ingest/wire-bytes.ts";

const { field } = RequestWindowSchema;
const NONE: readonly number[] = [];
const COUNT_OF_SHAPE = RequestShapeSchema.field.count.number;
// Each by itself: of a table V8 gives up, at each window, what it had made of the switch.
const WINDOW_START_MS = field.windowStartMs.number;
const WINDOW_MS = field.windowMs.number;
const COUNT = field.count.number;
const REQUEST_BYTES = field.requestBytes.number;
const RESPONSE_BYTES = field.responseBytes.number;
const DURATION_SUM_MS = field.durationSumMs.number;
const DURATION_BUCKETS = field.durationBuckets.number;
const DURATIONS = field.durations.number;
const REQUEST_SIZES = field.requestSizes.number;
const RESPONSE_SIZES = field.responseSizes.number;
const OPENED = field.opened.number;
const SHAPES = field.shapes.number;

/**
 * A RequestWindow from its bytes. An agent tells of the same labels in each report: they are known by their bytes, and only the
 * figures beside them are read. Answers as `fromBinary` does, in a fraction of its time; throws where it does.
 */
export function readWindow(wire: WireBytes, end: number, known: AgentLabels): ToldWindow {
  let windowStartMs = 0;
  let count = 0;
  let requestBytes = 0;
  let responseBytes = 0;
  let durationSumMs = 0;
  let opened = 0;
  let durationBuckets = NONE;
  let durations = NONE;
  let requestSizes = NONE;
  let responseSizes = NONE;
  const shapes: ToldShape[] = [];
  // Bytes of labels, which stand behind each other but for those that few have.
  let text = "";
  let from = 0;
  let to = 0;
  while (wire.at < end) {
    const start = wire.at;
    const tag = wire.uint32();
    switch (tag >>> 3) {
      case WINDOW_START_MS:
        windowStartMs = wire.int64(tag);
        break;
      case WINDOW_MS:
        wire.skip(tag);
        break;
      case COUNT:
        count = wire.uint64(tag);
        break;
      case REQUEST_BYTES:
        requestBytes = wire.uint64(tag);
        break;
      case RESPONSE_BYTES:
        responseBytes = wire.uint64(tag);
        break;
      case DURATION_SUM_MS:
        durationSumMs = wire.double(tag);
        break;
      case DURATION_BUCKETS:
        durationBuckets = wire.uint32s(tag, durationBuckets);
        break;
      case DURATIONS:
        durations = wire.uint32s(tag, durations);
        break;
      case REQUEST_SIZES:
        requestSizes = wire.uint32s(tag, requestSizes);
        break;
      case RESPONSE_SIZES:
        responseSizes = wire.uint32s(tag, responseSizes);
        break;
      case OPENED:
        opened = wire.uint32Of(tag);
        break;
      case SHAPES:
        shapes.push(readShape(wire, wire.enter(tag), known));
        break;
      default:
        wire.skip(tag);
        if (to === start) to = wire.at;
        else {
          text += wire.latin1(from, to);
          from = start;
          to = wire.at;
        }
    }
  }
  if (wire.at !== end) throw new RangeError("a window ends within a field");
  text += wire.latin1(from, to);
  const told = labelsOf(text, known);
  return {
    windowStartMs,
    count,
    requestBytes,
    responseBytes,
    durationSumMs,
    opened,
    durationBuckets,
    durations,
    requestSizes,
    responseSizes,
    shapes,
    told,
  };
}

function readShape(wire: WireBytes, end: number, known: AgentLabels): ToldShape {
  let text = "";
  let count = 0;
  while (wire.at < end) {
    const start = wire.at;
    const tag = wire.uint32();
    if (tag >>> 3 === COUNT_OF_SHAPE) count = wire.uint64(tag);
    else {
      wire.skip(tag);
      text += wire.latin1(start, wire.at);
    }
  }
  if (wire.at !== end) throw new RangeError("a shape ends within a field");
  let shape = known.shapes.get(text);
  if (shape === undefined) {
    const { method, pathTemplate } = fromBinary(RequestShapeSchema, Buffer.from(text, "latin1"));
    shape = { method, pathTemplate, stamped: undefined };
    remember(known, known.shapes, text, shape);
  }
  return { shape, count };
}

function labelsOf(text: string, known: AgentLabels): ToldLabels {
  const told = known.windows.get(text);
  if (told !== undefined) return told;
  const made = { window: fromBinary(RequestWindowSchema, Buffer.from(text, "latin1")) };
  remember(known, known.windows, text, made);
  return made;
}
