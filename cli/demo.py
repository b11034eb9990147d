"""`porchlight demo`: tells a week of three people against a running server, and prints it as a story."""

import sys

import httpx

from cli.demo_people import StoryError
from cli.demo_week import tell_week

JSON_ONLY = {"Accept": "application/json"}


async def play(url: str) -> int:
    """Tell the story, print its timeline and return the exit status."""
    try:
        async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False, headers=JSON_ONLY) as http:
            await tell_week(http)
    except (StoryError, httpx.HTTPError) as error:
        print(f"The story stopped: {str(error) or type(error).__name__}", file=sys.stderr)
        if isinstance(error, httpx.ConnectError):
            print(f"Is a server running at {url}? `make run` starts one.", file=sys.stderr)
        return 1
    return 0
