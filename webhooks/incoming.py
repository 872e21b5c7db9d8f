"""The request being handled, as the sources want it."""

from __future__ import annotations

from flask import request

from worker.sources.request import Request

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def read() -> Request:
    """The request. Its body is read whole; the application bounds it."""
    body = request.get_data(cache=True)
    return Request(
        method=request.method,
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        query=tuple(request.args.items(multi=True)),
        form=tuple(request.form.items(multi=True)) if request.mimetype in _FORMS else (),
    )
