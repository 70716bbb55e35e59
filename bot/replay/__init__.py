"""Plays scenes of group talk through the real intake on throw-away databases: ``qunban replay``.

Every message becomes an update as the chat platform would deliver it and goes the way of every update: the same
decoding, triage, use cases, transactions and outbox. Only the last step differs: what would be sent is noted.
"""
