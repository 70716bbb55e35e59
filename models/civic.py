"""What residents need and decide together: the stores of needs, partners, projects, suggestions and votes."""

from __future__ import annotations

from models.motions import SqlMotionStore
from models.needs import SqlNeedStore, SqlPrivateChats
from models.partners import SqlPartnerStore
from models.projects import SqlProjectStore
from models.transaction import Transaction
from models.votes import SqlVoteStore


class SqlCivicStores:
    """These stores in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.needs = SqlNeedStore(transaction)
        self.partners = SqlPartnerStore(transaction)
        self.projects = SqlProjectStore(transaction)
        self.motions = SqlMotionStore(transaction)
        self.votes = SqlVoteStore(transaction)
        self.private_chats = SqlPrivateChats(transaction)
