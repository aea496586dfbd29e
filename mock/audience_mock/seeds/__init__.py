"""What a fresh server holds: `documents`, `demo`, `huge`, `empty`, or a YAML file of one's own."""

from audience_mock.seeds.planting import plant
from audience_mock.seeds.reading import BUILT_IN, Seed, SeedProblem, read_seed

__all__ = ["BUILT_IN", "Seed", "SeedProblem", "plant", "read_seed"]
