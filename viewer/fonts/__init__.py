"""The OFL fonts that the build takes from npm, so that Chinese text shows on a machine with no CJK font installed."""

from pathlib import Path

SERIF_SC = Path(__file__).with_name("NotoSerifSC-Regular.ttf")
