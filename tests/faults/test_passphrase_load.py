"""Dozens of concurrent sign-ups and wrong passphrases, with production hashing costs."""

import asyncio

from tests.faults.installation import Installation
from tests.faults.people import PASSPHRASE, Person
from tests.faults.processes import client


async def test_sign_ups_and_wrong_passphrases_do_not_starve_sign_ins(sqlite_installation: Installation) -> None:
    server = await sqlite_installation.serve()
    known = [await Person.sign_up(server, name) for name in ("Ana", "Ben", "Cleo", "Dan", "Eva", "Fay")]
    async with client(timeout=90) as http:

        async def sign_up(number: int) -> int:
            body = {"sign_in_name": f"stranger.{number}", "passphrase": PASSPHRASE, "display_name": "Stranger"}
            return (await http.post(f"{server.url}/v1/people", json=body)).status_code

        async def sign_in(name: str, passphrase: str) -> int:
            body = {"sign_in_name": name, "passphrase": passphrase}
            return (await http.post(f"{server.url}/v1/sessions", json=body)).status_code

        rush = [asyncio.create_task(sign_up(number)) for number in range(70)]
        rush += [asyncio.create_task(sign_in(f"nobody.{number}", "wrong")) for number in range(70)]
        right = await asyncio.gather(*(sign_in(person.sign_in_name, PASSPHRASE) for person in known))
        assert right == [201] * len(known)
        for stranger in rush:
            stranger.cancel()
        await asyncio.gather(*rush, return_exceptions=True)
