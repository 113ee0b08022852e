"""The page of the latent map: what stands in it, and what a browser makes of it."""

import base64
import io
import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from tiny_models import labelled_vae, vae_with_prior

from keras_vae import plots

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser"])), None)
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--force-device-scale-factor=1 --hide-scrollbars"
)


def shades(z):
    """Images of 2x3 pixels in one shade: 0.5 at the middle, more to the right and, faster, up."""
    z = np.asarray(z)
    return np.clip(0.5 + 0.02 * z[:, 0] + 0.1 * z[:, 1], 0, 1)[:, None, None] * np.ones((2, 3))


def data_of(path):
    """The data in a page, its sheets as arrays of bytes."""
    text = path.read_text(encoding="utf-8")
    data = json.loads(re.search('id="data">(.*?)</script>', text, re.DOTALL)[1])
    for entry in data["maps"]:
        kind, content = entry["sheet"].split(",")
        assert kind == "data:image/png;base64"
        entry["sheet"] = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    return data


def test_the_sheet_holds_the_decoded_grid(tmp_path):
    vae = vae_with_prior("standard_normal")
    path = plots.explore_html(vae, tmp_path / "page.html", num=5, span=0.9)
    data = data_of(path)
    (entry,) = data["maps"]
    values = np.linspace(-1.645, 1.645, 5)
    np.testing.assert_allclose(entry["values"], [values, values], atol=6e-4)
    corner = vae.decode([[values[4], values[0]]])[0]  # right, below
    np.testing.assert_allclose(entry["sheet"][-4:, -4:] / 255, corner, atol=2 / 255)
    assert entry["sheet"].shape == (20, 20) and data["cell"] == [4, 4]
    assert (data["colors"], data["legend"], entry["condition"]) == ([], [], None)


def test_points_widen_the_map_and_have_their_colours(tmp_path):
    z = np.stack([np.linspace(-9, 9, 5000), np.zeros(5000), np.zeros(5000)], axis=1)
    options = {"z": z, "labels": np.arange(5000) // 2500, "num": 3, "latent_dim": 3}
    data = data_of(
        plots.explore_html(shades, tmp_path / "a.html", dims=[(0, 1), (2, 0)], **options)
    )
    assert [entry["dims"] for entry in data["maps"]] == [[0, 1], [2, 0]]
    assert data["maps"][0]["values"][0] == pytest.approx([-8.91, 0, 8.91], abs=0.01)
    assert data["maps"][0]["values"][1][2] == pytest.approx(2.576)
    assert {name: len(values) for name, values in data["points"].items()} == dict.fromkeys(
        "012", 3000
    )
    assert [name for name, _ in data["legend"]] == [0, 1]
    assert data["colors"] == [data["legend"][0][1]] * 1500 + [data["legend"][1][1]] * 1500


def test_each_class_has_its_map(tmp_path):
    vae = labelled_vae()
    data = data_of(plots.explore_html(vae, tmp_path / "a.html", num=3, dims=(2, 1)))
    assert [entry["condition"] for entry in data["maps"]] == ["0", "1", "2"]
    expected = vae.decode(np.zeros((1, 3)), condition=np.array([2]))[0]
    middle = data["maps"][2]["sheet"][4:8, 4:8]
    np.testing.assert_allclose(middle / 255, expected, atol=0.51 / 255)
    rows = plots.explore_html(vae, tmp_path / "b.html", num=2, conditions=np.eye(3)[:2])
    assert [entry["condition"] for entry in data_of(rows)["maps"]] == ["1", "2"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"num": 1}, "`num` must be at least 2"),
        ({"num": 5000}, r"sheets of up to 8192 pixels a side.*num=5000"),
        ({"dims": [(0, 1), (0, 2)]}, "`dims` must be two different latents below latent_dim=2"),
        ({"labels": [1]}, "`labels` are those of points: give `z` too"),
        ({"z": np.zeros((3, 3))}, r"`z` must have shape \(count, 2\).*\(3, 3\)"),
        ({"z": np.zeros((3, 2)), "labels": [1]}, r"`labels` must have shape \(3,\)"),
        ({"conditions": []}, "`conditions` must not be empty"),
        ({"vae": lambda z: np.zeros((len(z), 784))}, "must be images.*need a reshape"),
    ],
)
def test_bad_arguments_write_nothing(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.explore_html(**{"vae": shades, "path": tmp_path / "page.html", **arguments})
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver")
    if not (CHROMIUM and CHROMEDRIVER):
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(CHROMEDRIVER))
    driver.set_window_size(1000, 800)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """The browser on a page of two maps with points, whose title and labels are no HTML."""
    z = np.array([[-1.0, -1.0, 0.0], [1.0, 1.0, 0.0]])
    path = plots.explore_html(
        shades,
        tmp_path_factory.mktemp("page") / "page.html",
        z=z,
        labels=["</script><b>", "two"],
        dims=[(0, 1), (2, 1)],
        num=11,
        latent_dim=3,
        title="<i>Map</i> & more",
    )
    browser.get(path.as_uri())
    wait_for_shade(browser, 0.5)
    return browser


def shade(browser):
    """The shade of the decoded image."""
    code = "return image.getContext('2d').getImageData(2, 1, 1, 1).data[0]"
    return browser.execute_script(code) / 255


def wait_for_shade(browser, expected):
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 20).until(lambda _: abs(shade(browser) - expected) < 0.51 / 255)


def where(browser):
    return browser.find_element("id", "where").text.replace("\u2212", "-")


def test_the_page_shows_its_texts_as_text(page):
    assert page.title == page.find_element("id", "title").text == "<i>Map</i> & more"
    names = [item.text for item in page.find_elements("css selector", "#legend li")]
    assert names == ["</script><b>", "two"]
    assert where(page) == "z0 = 0.00, z1 = 0.00"


def test_keys_move_over_the_map(page):
    from selenium.webdriver.common.keys import Keys

    latent = 2.576 * np.linspace(-1, 1, 11)
    area = page.find_element("id", "map")
    area.send_keys(Keys.HOME, Keys.ARROW_UP, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    wait_for_shade(page, 0.5 + 0.02 * latent[7] + 0.1 * latent[6])
    assert where(page) == f"z0 = {latent[7]:.2f}, z1 = {latent[6]:.2f}"
    area.send_keys(Keys.SHIFT, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.NULL)  # and no further
    assert where(page) == f"z0 = {latent[0]:.2f}, z1 = {latent[6]:.2f}"
    area.send_keys(Keys.HOME)
    assert where(page) == "z0 = 0.00, z1 = 0.00"


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_mouse_and_finger_move_over_the_map(page, kind):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.pointer_input import PointerInput

    area = page.find_element("id", "map")
    side = area.size["width"]
    chain = ActionChains(page, devices=[PointerInput(kind, kind)])
    pointer = chain.w3c_actions.pointer_action
    pointer.move_to(area, 0, 0)
    if kind == "touch":
        pointer.pointer_down()
    pointer.move_to(area, round(-side / 2 + 0.5 * side / 11), round(side / 2 - 1.5 * side / 11))
    if kind == "touch":
        pointer.pointer_up()
    chain.perform()
    latent = 2.576 * np.linspace(-1, 1, 11)
    assert where(page) == f"z0 = {latent[0]:.2f}, z1 = {latent[1]:.2f}"
    wait_for_shade(page, 0.5 + 0.02 * latent[0] + 0.1 * latent[1])


def test_points_stand_where_they_belong(page):
    # The point at (1, 1), of the second colour: to the right of the middle, and above it.
    code = """
        const side = map.width, place = (1 / 5.152 * 10 + 5.5) / 11 * side;
        return [...map.getContext('2d').getImageData(place, side - place, 1, 1).data].slice(0, 3);
    """
    assert page.execute_script(code) == [0xFF, 0xA9, 0x0E]
    page.find_element("id", "dots").click()
    assert page.execute_script(code) != [0xFF, 0xA9, 0x0E]
    page.find_element("id", "dots").click()


def test_the_menu_changes_the_map(page):
    from selenium.webdriver.support.ui import Select

    menu = Select(page.find_element("id", "dims"))
    assert [option.text for option in menu.options] == ["z0 and z1", "z2 and z1"]
    menu.select_by_index(1)
    assert where(page).startswith("z2 = ")
    menu.select_by_index(0)
    assert not page.find_element("id", "condition").is_displayed()


def test_nothing_is_loaded_and_nothing_fails(page):
    code = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    assert all(name.startswith("data:") for name in page.execute_script(code))
    # Warnings are about how fast this test reads pixels.
    assert not [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"]


def test_a_phone_needs_no_scrolling_sideways(page):
    # A window is never that narrow, so the browser is told to be a phone.
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    root = "document.documentElement"
    assert page.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    assert page.execute_script("return map.clientWidth") > 280
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
