"""Pages in headless Chromium: their width, their silence, and what a reader can do with them.

Skipped where there is no Chromium. A probe is appended to the page, for which its security policy is taken off; that
the page works under its policy, and that the policy stops what it should, is tested with it on.
"""

from __future__ import annotations

import html
import http.server
import json
import re
import shutil
import subprocess
import threading

import pytest

from medunet.measuring.measurement import Caliper
from medunet.reports import (
    Answer,
    Column,
    Drawing,
    Flow,
    Gap,
    Link,
    Methods,
    Numbers,
    Page,
    Paragraph,
    Pictures,
    Provenance,
    Section,
    Step,
    Table,
    checklist_block,
    curves,
    film_picture,
    render,
)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

WIDTHS = (1280, 390)
PROBE = """
<script>
addEventListener("load", () => {
  const out = {};
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const press = (target, key) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  out.width = innerWidth;
  out.wide = document.documentElement.scrollWidth;
  const table = document.querySelector("table");
  const region = table.closest(".scroll");
  out.more = region.scrollWidth > region.clientWidth;
  out.hint = getComputedStyle(region).backgroundAttachment;
  region.focus(); out.focused = document.activeElement === region; out.named = region.getAttribute("aria-label");
  const column = (n) => all("tbody tr", table).map((row) => row.cells[n].textContent.trim());
  const [, number] = all("thead button", table);
  number.click(); out.up = column(1);
  number.click(); out.down = column(1);
  out.sorted = number.closest("th").getAttribute("aria-sort");
  const filter = document.querySelector(".filter input");
  filter.value = "case-7"; filter.dispatchEvent(new Event("input"));
  out.left = all("tbody tr", table).filter((row) => !row.hidden).length;
  out.said = document.querySelector(".filter .shown").textContent;
  filter.value = ""; filter.dispatchEvent(new Event("input"));
  document.querySelector("td a[href^='#picture-']").click();
  const viewer = document.querySelector(".viewer");
  out.open = viewer.open;
  const line = () => getComputedStyle(viewer.querySelector("g.found")).display;
  out.before = line();
  press(viewer, "o"); out.after = line();
  press(viewer, "o"); out.again = line();
  const place = () => viewer.querySelector(".viewer-place").textContent;
  out.first = place();
  press(viewer, "ArrowRight"); out.second = place();
  viewer.close();
  const copy = document.querySelector(".copy button");
  out.copies = copy.textContent;
  parent.postMessage(JSON.stringify(out), "*");
});
</script>
"""
# A window of Chromium is at least 500 pixels wide; a frame is as narrow as a phone.
FRAME = """<!DOCTYPE html><script>
addEventListener("message", (event) => {
  const found = document.createElement("pre");
  found.id = "probe"; found.textContent = event.data;
  document.body.append(found);
});
</script><body><iframe src="page.html" width="%d" height="900" style="border:0"></iframe></body>"""


def opened(path, *flags):
    """The document of a file after its scripts ran."""
    profile = f"--user-data-dir={path.parent / 'profile'}"
    fixed = ("--headless", "--no-sandbox", "--disable-gpu", profile, "--window-size=1400,1000", "--hide-scrollbars")
    wait = "--virtual-time-budget=4000"
    run = subprocess.run(
        [CHROMIUM, *fixed, wait, *flags, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr[-500:]
    return run.stdout


def written(folder, text):
    folder.mkdir(exist_ok=True)
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


def without_policy(page):
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)


def heard(path, address):
    """Opens a file; whatever it asks of anybody comes to the listener."""
    opened(path, f"--host-resolver-rules=MAP * {address}", f"--proxy-server=http://{address}")


@pytest.fixture(scope="module")
def page(film, labels):
    image = film(200, 160)
    calipers = [Caliper((60, 20), (60, 80), "heart 142 mm")]
    pictures = tuple(
        film_picture(f"case-{n}", image, labels(image, "heart"), reference=labels(image, "heart"), calipers=calipers)
        for n in range(12)
    )
    rows = tuple(
        (Link(f"case-{n}", f"case-{n}"), Gap("absent") if n == 3 else n / 7 - 0.5, "x" * 30) for n in range(12)
    )
    header = (
        "case",
        Column("value", 3, numeric=True),
        "a long word",
        *(Column(f"more {n}", numeric=True) for n in range(9)),
    )
    table = Table(header, tuple((*row, *range(9)) for row in rows), "Every case.")
    numbers = Numbers.of(("a", "b"), [(0.5, 0.51), (0.6, 0.58)])
    figure = Drawing.of(curves([]), "alt", name="ctr", numbers=numbers)
    sections = (
        Section("Cases", (table, figure)),
        Section("Flow", (Flow((Step("films", 12, ((1, "absent"),)), Step("analysed", 11))),)),
        Section("Films", (Pictures(pictures, "All films"),)),
        Section("Methods", (Methods(("We <did> it.",), ("A source.",)),)),
        Section("Lists", (Paragraph("x"), checklist_block({"flow": Answer("11 of 12", "Flow")}))),
    )
    command = "medunet evaluate " + "a-very-long-name-" * 20
    return render(Page("A page <b>", command, ("All went well.",), sections, Provenance()))


@pytest.fixture(scope="module")
def listener():
    """A server that notes every request that reaches it."""
    asked = []

    class Notes(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_CONNECT = do_GET  # noqa: N815

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.fixture(scope="module", params=WIDTHS)
def found(request, page, tmp_path_factory):
    """What the probe found on the page in a frame of this width."""
    path = written(tmp_path_factory.mktemp("chromium"), without_policy(page).replace("</body>", PROBE + "</body>"))
    frame = path.with_name("frame.html")
    frame.write_text(FRAME % request.param, encoding="utf-8")
    answer = re.search(r'<pre id="probe">(.*?)</pre>', opened(frame), re.DOTALL)
    assert answer, "the probe did not come to its end"
    return {"asked": request.param, **json.loads(html.unescape(answer[1]))}


def test_nothing_reaches_beyond_the_right_edge(found):
    assert found["wide"] <= found["width"] == found["asked"]


def test_a_table_that_is_wider_than_the_page_shows_that_there_is_more(found):
    """Shades that stay at the edges, below covers that move with the table; a keyboard reaches it and moves it."""
    assert found["more"] or found["asked"] > min(WIDTHS)
    assert found["hint"] == "local, local, scroll, scroll"
    assert (found["focused"], found["named"]) == (True, "Every case.")


def test_a_click_on_a_heading_sorts_by_number_with_gaps_last(found):
    up, down = found["up"], found["down"]
    values = [float(text.replace("−", "-")) for text in up[:-1]]
    assert values == sorted(values)
    assert down[:-1] == up[:-1][::-1]
    assert up[-1] == down[-1] == "absent"
    assert found["sorted"] == "descending"


def test_rows_are_filtered_and_counted(found):
    assert found["left"] == 1
    assert found["said"] == "1 of 12 rows"


def test_a_row_leads_to_its_picture_and_keys_switch_the_contour(found):
    assert found["open"]
    assert (found["before"], found["after"], found["again"]) == ("inline", "none", "inline")
    assert (found["first"], found["second"]) == ("12 of 12", "1 of 12")


def test_a_text_for_a_paper_has_its_button(found):
    assert found["copies"] == "Copy the text"


def test_the_pages_own_script_runs_under_its_policy(page, tmp_path):
    text = opened(written(tmp_path, page))
    assert 'aria-haspopup="dialog"' in text
    assert "Copy the text" in text


def test_the_page_asks_nobody_for_anything(page, listener, tmp_path):
    address, asked = listener
    leaky = page.replace("</footer>", '<img src="http://medunet.example/pixel.png" alt=""></footer>')
    heard(written(tmp_path / "a", page), address)
    heard(written(tmp_path / "b", leaky), address)
    assert [path for path in asked if "pixel" in path] == [], "the policy lets an image of elsewhere through"
    heard(written(tmp_path / "c", without_policy(leaky)), address)
    assert [path for path in asked if "pixel" in path], "a request would not be heard"
