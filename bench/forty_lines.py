"""The receiver a user would write first: Flask and SQLAlchemy, one row and one commit a request. For comparison."""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime

from flask import Flask, request
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, String, Table, create_engine, event, insert

metadata = MetaData()
deliveries = Table(
    "bare_deliveries", metadata,
    Column("id", String(200), primary_key=True), Column("received_at", DateTime(timezone=True)),
    Column("event", String(100)), Column("issue", String(100)), Column("body", LargeBinary),
)  # fmt: skip


def create_app() -> Flask:
    app, secret = Flask(__name__), os.environ["BENCH_SECRET"].encode()
    engine = create_engine(os.environ["DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        durable = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
        event.listen(engine, "connect", lambda raw, _: raw.executescript(durable))
    metadata.create_all(engine)

    @app.post("/webhook")
    def receive() -> tuple[str, int]:
        body, key = request.get_data(), request.headers["X-Atlassian-Webhook-Identifier"]
        signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("X-Hub-Signature", "")):
            return "", 401
        told, now = json.loads(body), datetime.now(UTC)
        row = {"id": key, "received_at": now, "event": told["webhookEvent"], "issue": told["issue"]["key"]}
        with engine.begin() as tx:
            tx.execute(insert(deliveries).values(**row, body=body))
        return "", 202

    return app
