"""What phones fetch to learn which apps may open this place's links and use its passkeys."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.dependencies import Services
from api.problems import problems
from rules.errors import NotFound

router = APIRouter(prefix="/.well-known", tags=["config"])

ANDROID_RELATIONS = ("delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds")
APP_PATHS = ("/", "/invitation/*")
"""The paths of the phone app: its addresses stand behind the #, unless that was encoded on the way."""


@router.get(
    "/assetlinks.json",
    summary="Read which Android apps belong here",
    responses=problems(NotFound),
    operation_id="read_asset_links",
)
async def read_asset_links(context: Services) -> JSONResponse:
    """Digital Asset Links: the operator's Android apps; 404 where there is none."""
    fingerprints: dict[str, list[str]] = {}
    for app in context.settings.android_apps:
        fingerprints.setdefault(app.package, []).append(app.fingerprint)
    if not fingerprints:
        raise NotFound
    return JSONResponse(
        [
            {
                "relation": list(ANDROID_RELATIONS),
                "target": {
                    "namespace": "android_app",
                    "package_name": package,
                    "sha256_cert_fingerprints": certificates,
                },
            }
            for package, certificates in fingerprints.items()
        ]
    )


@router.get(
    "/apple-app-site-association",
    summary="Read which iOS apps belong here",
    responses=problems(NotFound),
    operation_id="read_apple_association",
)
async def read_apple_association(context: Services) -> JSONResponse:
    """Apple's app site association: the operator's iOS apps, for links and passkeys; 404 where there is none."""
    apps = list(context.settings.ios_apps)
    if not apps:
        raise NotFound
    links: dict[str, Any] = {"appIDs": apps, "components": [{"/": path} for path in APP_PATHS]}
    return JSONResponse({"applinks": {"details": [links]}, "webcredentials": {"apps": apps}})
