"""`porchlight` with a hash that costs next to nothing: what sign-ins cost a press without their hashing."""

from argon2 import PasswordHasher

from cli.assemble import Seams
from cli.main import main
from core.passphrases import Passphrases

CHEAPEST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

if __name__ == "__main__":
    raise SystemExit(main(seams=Seams(passphrases=lambda: Passphrases(CHEAPEST))))
