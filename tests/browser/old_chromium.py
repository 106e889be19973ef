"""Opens a page in the Chromium of a Qt WebEngine and tells what came of it, as JSON. A program of its own.

    PYTHON old_chromium.py ADDRESS CONDITION [SCREENSHOT]

PYTHON has PyQt5 and PyQtWebEngine (GPL, so they are nothing that we depend on): 5.15.2 of PyQtWebEngine-Qt5 is Chromium 83,
its later ones are 87. CONDITION is JavaScript that becomes true once the page is as it should be. No display is needed.
"""

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")
os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox --disable-gpu")

from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineView
from PyQt5.QtWidgets import QApplication

PATIENCE, AGAIN, DRAWN = 20_000, 100, 500
"""Milliseconds until the condition is given up, between two looks at it, and for the last picture to be drawn."""


def main(address: str, condition: str, screenshot: str = "") -> None:
    application = QApplication(["old_chromium"])
    view = QWebEngineView()
    page = QWebEnginePage(view)
    told = {"browser": page.profile().httpUserAgent(), "complaints": [], "met": False}

    def said(level: int, message: str, line: int, source: str) -> None:
        if level == QWebEnginePage.ErrorMessageLevel:
            told["complaints"].append(f"{message} ({source}:{line})")

    def look() -> None:
        page.runJavaScript(f"Boolean({condition})", found)

    def found(met: bool | None) -> None:
        told["met"] = bool(met)
        QTimer.singleShot(DRAWN, end) if met else QTimer.singleShot(AGAIN, look)

    def end() -> None:
        if screenshot:
            view.grab().save(screenshot)
        print(json.dumps(told), flush=True)
        application.quit()

    page.javaScriptConsoleMessage = said
    page.loadFinished.connect(lambda _: look())
    view.setPage(page)
    view.resize(1280, 900)
    view.show()
    QTimer.singleShot(PATIENCE, end)
    page.load(QUrl(address))
    application.exec_()
    os._exit(0)  # Qt may crash while it takes itself apart


if __name__ == "__main__":
    main(*sys.argv[1:])
