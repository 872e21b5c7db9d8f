"""The request being handled, as the sources want it."""

from __future__ import annotations

from flask import abort, request

from worker.sources.request import Request

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def read() -> Request:
    """The request. Its body is read whole; the application bounds it.

    One that comes in chunks is cut at the bound by werkzeug, which says nothing of it; so a body that fills it is
    refused like one that says it is longer.
    """
    body = request.get_data(cache=True)
    if len(body) >= (request.max_content_length or len(body) + 1):
        abort(413)
    return Request(
        method=request.method,
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        query=tuple(request.args.items(multi=True)),
        form=tuple(request.form.items(multi=True)) if request.mimetype in _FORMS else (),
    )
