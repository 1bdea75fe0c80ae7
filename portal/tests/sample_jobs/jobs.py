"""Jobs that leave a line per deed in the file JOB_NOTES names, because a real worker is another process."""

import os
import time
from datetime import timedelta

from portal.jobs import job


def notes():
    with open(os.environ["JOB_NOTES"], encoding="utf-8") as file:  # noqa: PTH123 - appended to by several processes
        return [line.split() for line in file]


def note(*words):
    descriptor = os.open(os.environ["JOB_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (" ".join(map(str, [*words, os.getpid(), time.time()])) + "\n").encode())
    os.close(descriptor)


@job
def quick(number, seconds=0):
    note("quick", number)
    time.sleep(seconds)


@job
def slow(seconds):
    note("begun")
    time.sleep(seconds)
    note("ended")


@job(lease=timedelta(seconds=2))
def hang_at_first():
    first = not notes()
    note("begun")
    if first:
        time.sleep(60)
    note("ended")


@job(lease=timedelta(seconds=1), attempts=1)
def deadly():
    note("begun")
    os.kill(os.getpid(), 9)
