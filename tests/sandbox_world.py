"""The small neighbourhood that tests of the sandbox live in."""

from typing import Final

from bot.sandbox.server import trial_world
from bot.sandbox.world import World

WORLD: Final[World] = trial_world()
TOKEN: Final = WORLD.token

RESIDENT: Final = 101
NEIGHBOUR: Final = 102
RESIDENT_OF_BASIC_GROUP: Final = 103
WORKER: Final = 201
OTHER_WORKER: Final = 202
SECRETARY: Final = 204

GARDEN: Final = -1001000000001
RIVERSIDE: Final = -1001000000002
BASIC_GROUP: Final = -4000003
STAFF_ROOM: Final = -1001000000004
