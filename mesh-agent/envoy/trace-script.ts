import { SPAN_METADATA } from "#core/telemetry/span-line.ts";

/**
 * Gives a traced request its span: reads the context of traces that it came with, B3's before W3C's as Envoy's Zipkin tracer does, draws
 * the span's id, hands both forms on, and notes the ids for the access log. A context that makes no sense goes through as it came.
 */
export const TRACE_SCRIPT = `
local random, format, match, rep, lower = math.random, string.format, string.match, string.rep, string.lower

-- Each worker of each proxy draws ids of its own.
local seed = os.time()
local source = io.open("/dev/urandom", "rb")
if source then
  for _, byte in ipairs({ string.byte(source:read(6), 1, 6) }) do
    seed = (seed * 256 + byte) % 4503599627370496
  end
  source:close()
end
math.randomseed(seed)

local function draw()
  return format("%08x%08x", random(0, 4294967295), random(1, 4294967295))
end

local function isId(text, length)
  return #text == length and match(text, "^[0-9a-f]+$") and match(text, "[^0]")
end

local function checked(trace, span)
  if not trace or not span then return nil end
  trace, span = lower(trace), lower(span)
  if (isId(trace, 32) or isId(trace, 16)) and isId(span, 16) then
    return rep("0", 32 - #trace) .. trace, span
  end
end

-- What it came with, and whether it makes sense.
local function read(headers, single)
  local trace, span
  if single then
    if #single == 1 then return nil, nil, true end
    trace, span = checked(match(single, "^(%x+)%-(%x+)%-[1d]"))
    return trace, span, trace ~= nil
  end
  trace, span = headers:get("x-b3-traceid"), headers:get("x-b3-spanid")
  if not trace or not span then
    local given = headers:get("traceparent")
    if not given then return nil, nil, true end
    trace, span = match(given, "^%x%x%-(%x+)%-(%x+)%-%x%x")
  end
  trace, span = checked(trace, span)
  return trace, span, trace ~= nil
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local single = headers:get("b3")
  local trace, parent, makesSense = read(headers, single)
  if not makesSense then return end
  trace = trace or draw() .. draw()
  local span = draw()
  if single then
    headers:replace("b3", trace .. "-" .. span .. "-1")
  else
    headers:replace("x-b3-traceid", trace)
    headers:replace("x-b3-spanid", span)
    headers:replace("x-b3-sampled", "1")
    if parent then
      headers:replace("x-b3-parentspanid", parent)
    end
  end
  headers:replace("traceparent", "00-" .. trace .. "-" .. span .. "-01")
  handle:streamInfo():dynamicMetadata():set("${SPAN_METADATA.filter}", "${SPAN_METADATA.key}", trace .. "-" .. span .. "-" .. (parent or ""))
end
`;
