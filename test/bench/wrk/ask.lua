-- Asks for random lines of a file, each "path<TAB>header<TAB>value", and says what came of it in one line of JSON.
local threads = 0
local asks = {}

function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

function init(args)
  math.randomseed(seed)
  for line in io.lines(args[1]) do
    local path, name, value = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    asks[#asks + 1] = wrk.format("GET", path, { [name] = value })
  end
end

function request()
  return asks[math.random(#asks)]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"bytes":%d,"seconds":%.6f,"failed":%d,"p99Ms":%.3f,"medianMs":%.3f}\n',
    summary.requests, summary.bytes, summary.duration / 1e6, failed, latency:percentile(99) / 1000, latency:percentile(50) / 1000))
end
