"""The initial data of a server: the built-in seeds `documents`, `demo`, `huge` and `empty`, or a YAML or JSON file."""

from audience_mock.seeds.seed_file import BUILT_IN, Seed, SeedProblem, read_seed, read_state
from audience_mock.seeds.seeding import load_seed

__all__ = ["BUILT_IN", "Seed", "SeedProblem", "load_seed", "read_seed", "read_state"]
