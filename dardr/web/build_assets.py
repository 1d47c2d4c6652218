"""Copy the compiled page assets from ``node_modules`` into ``static/vendor/``, to be served and packaged.

A council's service may not look like GOV.UK: the GDS Transport typeface, the royal crest, the crown and the
GOV.UK icons are kept for services on the gov.uk domain, so they are left out here, and every rule that would
ask for them goes too. What the components themselves draw with, such as the tick of a finished step, is kept.
Run by ``make assets``; needs nothing outside the standard library.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "dardr" / "web" / "static" / "vendor"
NODE_MODULES = ROOT / "node_modules"

# package folder, folder of the compiled files, their common name
PACKAGES = (
    ("govuk-frontend", "dist/govuk", "govuk-frontend"),
    ("@ministryofjustice/frontend", "moj", "moj-frontend"),
)
RESERVED = re.compile(r"crest|crown|favicon|touch-icon|opengraph", re.IGNORECASE)

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_IMAGE = re.compile(r"url\((?P<quote>[\"']?)/assets/images/(?P<name>[\w.-]+)(?P=quote)\)")
_IMAGE_DECLARATION = re.compile(r"[\w-]+:[^;{}]*url\([\"']?/assets/images/(?P<name>[\w.-]+)[\"']?\)[^;{}]*;?")
_SOURCE_MAP_CSS = re.compile(r"/\*# sourceMappingURL=[^*]*\*/")
_SOURCE_MAP_JS = re.compile(r"//# sourceMappingURL=\S+")


class AssetsMissing(RuntimeError):
    """The npm packages are not there, or not as this step expects them."""


def plain_stylesheet(css: str) -> str:
    """Return the stylesheet without the reserved typeface and images; the images left are relative to it."""
    css = _SOURCE_MAP_CSS.sub("", _FONT_FACE.sub("", css))
    css = re.sub(r"[\"']?GDS Transport[\"']?\s*,\s*", "", css)

    def without_reserved(declaration: re.Match[str]) -> str:
        return "" if RESERVED.search(declaration["name"]) else declaration[0]

    css = _IMAGE_DECLARATION.sub(without_reserved, css)
    css = _IMAGE.sub(lambda image: f"url(images/{image['name']})", css)
    for leftover in ("GDS Transport", "url(/assets", "govuk-crest"):
        if leftover in css:
            raise AssetsMissing(f"The stylesheet asks for {leftover!r}: teach build_assets.py about it.")
    return css


def build(node_modules: Path = NODE_MODULES, vendor: Path = VENDOR) -> list[Path]:
    """Fill ``vendor`` afresh and return the files written."""
    fresh = vendor.with_name(vendor.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "images").mkdir(parents=True)
    licences = []
    for package, compiled, name in PACKAGES:
        folder = node_modules / package
        css_file = folder / compiled / f"{name}.min.css"
        if not css_file.is_file():
            raise AssetsMissing(f"{package} is not installed: run npm ci first, or make assets.")
        css = plain_stylesheet(css_file.read_text(encoding="utf-8"))
        (fresh / css_file.name).write_text(css, encoding="utf-8")
        for image in sorted(set(re.findall(r"url\(images/([\w.-]+)\)", css))):
            shutil.copyfile(folder / compiled / "assets" / "images" / image, fresh / "images" / image)
        script = (folder / compiled / f"{name}.min.js").read_text(encoding="utf-8")
        (fresh / f"{name}.min.js").write_text(_SOURCE_MAP_JS.sub("", script), encoding="utf-8")
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        licences.append(f"{about['name']} {about['version']}, {about['license']} licence, Crown copyright")
    (fresh / "LICENCES.txt").write_text("\n".join(licences) + "\n", encoding="utf-8")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)
    return sorted(path for path in vendor.rglob("*") if path.is_file())


def main() -> int:
    """Entry point of ``make assets``."""
    try:
        files = build()
    except AssetsMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    print(f"Page assets: {len(files)} files in {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
