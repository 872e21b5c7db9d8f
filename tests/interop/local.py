"""What these tests have of their own: a server of a few files on this computer, and an issue that was closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from worker.domain.model import Issue, IssueId, IssueKey, ProjectKey, StatusCategory, StatusId

CLOSED = Issue(
    IssueId("10001"), IssueKey("FLEX-1"), ProjectKey("FLEX"), "Try monthly plans", "Story",
    is_subtask=False, status_id=StatusId("3"), status_category=StatusCategory.DONE, components=("billing",),
)  # fmt: skip


@contextmanager
def serving(files: Mapping[str, str]) -> Iterator[str]:
    """The address at which each path has its text, and every other path is 404, with words in it."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path, "There is nothing here.").encode()
            self.send_response(200 if self.path in files else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
