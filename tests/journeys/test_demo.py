"""``make demo``: what somebody sees who tries it for the first time."""

import asyncio
import sys

from tests.process import ROOT


async def test_the_demo_plays_the_whole_way_and_prints_what_each_side_sees() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "demo",
        "--once",
        cwd=ROOT,
        env={},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    printed = out.decode()
    for words in (
        "Acme is registered",
        "Victor Vendor is a vendor at Acme now.",
        "/raise-issue Export to CSV fails",
        "ISS-2026-0001 is raised",
        "ISS-2026-0002 is raised",
        "Ada Lovelace raised this issue with Acme.",
        "In Linear: ACM-2",
        "ACM-1  Export to CSV fails",
        "Ada Lovelace (customer) confirmed that it is solved.",
        "Acme | Done | High | unassigned",
        "Only the customer who has the issue can confirm that it is solved.",
    ):
        assert words.replace("2026", printed.partition("ISS-")[2][:4]) in printed
