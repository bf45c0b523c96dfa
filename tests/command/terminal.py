"""A program in a terminal of a given size: a pseudo-terminal with an emulator (pyte) behind it that has the screen as a person sees it."""

import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

import pyte

LINES = 2000  # tall: nothing scrolls away


class Terminal:
    """The program's stdout and stderr are the terminal, unless `out` or `err` is a file of the caller's. One of 0 columns does not say
    how wide it is."""

    def __init__(self, words, columns, folder, environment, out=None, err=None):
        self.screen = pyte.Screen(columns or 300, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, slave = pty.openpty()
        self.resize(columns)
        self.process = subprocess.Popen([str(word) for word in words], cwd=folder, env={"TERM": "xterm-256color", **environment},
                                        stdin=slave, stdout=out or slave, stderr=err or slave, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def resize(self, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
        self.screen.resize(LINES, columns or 300)

    def read_some(self, seconds):
        """False at the end of all that the program prints."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def wait_for(self, shown, seconds=60):
        """Until `shown(lines)` is true of the screen; what it returned."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = shown(self.lines)
            if found:
                return found
            if not self.read_some(0.2):
                break
        raise AssertionError("never shown; the screen:\n" + "\n".join(self.lines))

    def press(self, keys):
        os.write(self.master, keys)

    def finish(self, seconds=300):
        end = time.monotonic() + seconds
        while self.read_some(0.2):
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError("the program hangs")
        status = self.process.wait()
        os.close(self.master)
        return status

    @property
    def lines(self):
        """The screen's lines down to the last that is not empty."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)  # the cell behind a wide character is empty
        lines = ["".join(buffer[y][x].data for x in columns).rstrip() for y in range(self.screen.cursor.y + 1)]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def wrapped(self):
        """Lines that the terminal broke because they were too long for it."""
        return self.screen.cursor.y - self.raw.count(b"\n")
