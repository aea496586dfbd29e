"""The steps of a request, one file each, in the order in which app.py wires them.

The control API (control/) comes before them.

- `cors.py`, Cors: CORS headers; answers preflight requests.
- `session.py`, SessionLookup: the session of the request; 400 for a session name that is too long.
- `recorder.py`, Recorder: writes the request and its response to the journal.
- `response_validation.py`, ResponseValidation (`--check-responses`): 500 for a response that breaks the contract.
- `error_responses.py`, ErrorResponses: the error response for every exception of the steps below; 500 for a crash.
- `docs.py`, Docs: `/`, `/ui`, `/openapi.json`, `/openapi.yaml`.
- `bearer_auth.py`, BearerAuth (`--require-token`): 401 without the token.
- `routing.py`, Routing: 404 for an unknown path, 405 for a method that the path does not have; not with `--proxy`.
- `fault_injection.py`, FaultInjection: the fault that the header Prefer or a fault rule asks for; 400 for a bad Prefer.
- `proxy.py`, Proxy (`--proxy`): the response of a real server (`upstream.py`); 413, or 502 and 504 without one.
- `request_validation.py`, RequestValidation: 400 with all violations, 413, 415.
- `dispatch.py`, Dispatch: calls the operation; 2xx, or the operation's own 400 and 404.

Helpers, not steps: `framework.py` (what the mock uses of Connexion), `connection.py`, `content_encoding.py`,
`json_request.py`, `json_response.py`, `request_headers.py`, `prefer_header.py`, `origin.py` and `cache.py`.
"""
