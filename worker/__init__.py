"""What LearnLoop does about a delivery: decide, ask, compile, publish. `webhooks` is its HTTP edge."""

__version__ = "0.1.0"
