"""Every page of the built site in headless Chromium, at a desktop's and a phone's width.

Fails on a picture that is not there, a formula that is not rendered, a script's error, a link that
leads nowhere within the site, a page that scrolls sideways, and a search that finds nothing. Needs
Chromium, its driver and selenium.

python docs/check_pages.py docs/_build/html [--screenshots FOLDER]
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

WIDTHS = (1280, 390)
# Chromium's own errands would look for a network.
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
)
FAULTS = """
const page = document.documentElement, found = [];
if (page.scrollWidth > window.innerWidth) found.push(`scrolls sideways: ${page.scrollWidth} px`);
for (const image of document.images)
  if (image.complete && !image.naturalWidth) found.push(`no picture: ${image.src}`);
for (const math of document.querySelectorAll(".math"))
  if (!math.querySelector(".katex") || math.querySelector(".katex-error"))
    found.push(`no formula: ${math.textContent.slice(0, 80)}`);
return found;
"""
LINKS = """
return [[...document.querySelectorAll("a[href]")].map(a => a.href),
        [...document.querySelectorAll("[id]")].map(e => e.id)];
"""


def browser():
    """Headless Chromium with an empty profile."""
    options = webdriver.ChromeOptions()
    for flag in [*FLAGS.split(), f"--user-data-dir={tempfile.mkdtemp()}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # By name, or selenium would look for a driver in the network.
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def set_width(driver, width, height=900):
    """Lay out as on a screen of that size."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def faults(driver, page, screenshot=None):
    """What is wrong with a page, loaded once, at each width."""
    set_width(driver, WIDTHS[0])
    driver.get(page.as_uri())
    for log in driver.get_log("browser"):
        if log["level"] == "SEVERE":
            yield log["message"]
    for width in WIDTHS:
        set_width(driver, width)
        for fault in driver.execute_script(FAULTS):
            yield f"at {width} px: {fault}"
        if screenshot:
            height = driver.execute_script("return document.documentElement.scrollHeight")
            set_width(driver, width, min(height, 15_000))
            driver.save_screenshot(f"{screenshot}-{width}.png")


def search_faults(driver, site):
    """A search for a model that finds nothing."""
    page = site / "search.html"
    driver.get(f"{page.as_uri()}?q=SylvesterVAE")
    try:
        WebDriverWait(driver, 20).until(
            lambda driver: driver.find_elements("css selector", "#search-results li a")
        )
    except TimeoutException:
        yield page, "finds nothing"


def broken_links(links, ids):
    """Links within the site to pages or places that do not exist."""
    for page, targets in links.items():
        for target in targets:
            address, place = urldefrag(target)
            if urlparse(address).scheme != "file":
                continue
            path = Path(unquote(urlparse(address).path))
            if not path.exists():
                yield page, f"leads nowhere: {target}"
            elif place and path in ids and unquote(place) not in ids[path]:
                yield page, f"no such place: {target}"


def main():
    """Look at all pages; exit 1 if there is anything wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--screenshots", type=Path)
    arguments = parser.parse_args()
    site, folder = arguments.site.resolve(), arguments.screenshots
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    pages = sorted(page for page in site.rglob("*.html") if "_static" not in page.parts)
    driver, found, links, ids = browser(), [], {}, {}
    for page in pages:
        name = str(page.relative_to(site)).replace("/", "_").removesuffix(".html")
        found += [(page, fault) for fault in faults(driver, page, folder and folder / name)]
        links[page], ids[page] = driver.execute_script(LINKS)
    found += search_faults(driver, site)
    driver.quit()
    found += broken_links(links, ids)
    for page, fault in found:
        print(f"{page.relative_to(site)}: {fault}")
    print(f"{len(pages)} pages, {len(found)} faults")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
