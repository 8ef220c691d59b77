"""The post: the outbox on disk, and handing over to a real mail server on the loopback."""
