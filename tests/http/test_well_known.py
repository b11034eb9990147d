"""The files by which phones learn which apps belong here; without any app there are no files."""

from typing import Any

from core.settings import Settings
from tests.world.world import World

CERTIFICATE = ":".join(f"{number:02X}" for number in range(32))
OTHER_CERTIFICATE = ":".join(["AB"] * 32)
ASSET_LINKS = "/.well-known/assetlinks.json"
APPLE = "/.well-known/apple-app-site-association"


async def fetch(world: World, path: str, **apps: Any) -> Any:
    values = Settings(_env_file=None, **apps)
    update = {"android_apps": values.android_apps, "ios_apps": values.ios_apps}
    process = await world.another_process(settings=world.settings.model_copy(update=update))
    return await process.http.get(path)


async def test_without_apps_there_are_no_files(world: World) -> None:
    for path in (ASSET_LINKS, APPLE):
        reply = await world.here.http.get(path)
        assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")


async def test_android_apps_may_open_links_and_use_passkeys(world: World) -> None:
    apps = f"org.example.porch:{CERTIFICATE}, org.example.porch:{OTHER_CERTIFICATE.replace(':', '').lower()}"
    reply = await fetch(world, ASSET_LINKS, android_apps=f"{apps},org.example.other:{CERTIFICATE}")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    first, second = reply.json()
    assert first == {
        "relation": ["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"],
        "target": {
            "namespace": "android_app",
            "package_name": "org.example.porch",
            "sha256_cert_fingerprints": [CERTIFICATE, OTHER_CERTIFICATE],
        },
    }
    assert second["target"]["package_name"] == "org.example.other"


async def test_ios_apps_may_open_links_and_use_passkeys(world: World) -> None:
    reply = await fetch(world, APPLE, ios_apps="ABCDE12345.org.example.porch")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert reply.json() == {
        "applinks": {
            "details": [
                {
                    "appIDs": ["ABCDE12345.org.example.porch"],
                    "components": [{"/": "/"}, {"/": "/invitation/*"}],
                }
            ]
        },
        "webcredentials": {"apps": ["ABCDE12345.org.example.porch"]},
    }
