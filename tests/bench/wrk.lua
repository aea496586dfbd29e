-- What wrk sends, and its figures as one line of JSON.
-- Arguments: the method; for POST also a prefix that no other run has, so that every slug is new.
local method, prefix, count, headers = "GET", "", 0, {["Content-Type"] = "application/json"}

function init(arguments)
  method, prefix = arguments[1] or method, arguments[2] or prefix
  wrk.method = method
  if method == "POST" then
    function request()
      count = count + 1
      local body = '{"name":"Shirt size","slug":"' .. prefix .. count
        .. '","description":"S to XL","type":"string"}'
      return wrk.format("POST", nil, headers, body)
    end
  end
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %.3f, "p99": %.3f, '
      .. '"bad_status": %d, "socket_errors": %d, "timeouts": %d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    failed.status, failed.connect + failed.read + failed.write, failed.timeout
  ))
end
