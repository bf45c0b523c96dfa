"""Sessions of winnow-bench that answer each JSON line with a JSON line: everything that is timed runs there, natively."""

import json
import subprocess

from places import program


class Session:
    def __init__(self, *arguments):
        self._process = subprocess.Popen([program("winnow-bench"), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"winnow-bench ended at: {json.dumps(request)[:300]}")
        return json.loads(answer)

    def close(self):
        self._process.stdin.close()
        self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Sql(Session):
    """One connection to a server, by libpq or libmysqlclient."""

    def __init__(self, url):
        super().__init__("sql", url)

    def rows(self, sql):
        return self.ask(sql=sql)["rows"]

    def value(self, sql):
        return self.rows(sql)[0][0]

    def script(self, text):
        """Statements that end with a semicolon and an empty line."""
        for statement in text.split(";\n\n"):
            self.ask(sql=statement.strip().rstrip(";"))

    def milliseconds(self, sql, times):
        """The milliseconds of each run."""
        return [each / 1000 for each in self.ask(sql=sql, times=times)["microseconds"]]


class Calls(Session):
    """The library, opened with a configuration's file."""

    def __init__(self, configuration):
        super().__init__("calls", str(configuration))

    def microseconds(self, action, times, **request):
        return self.ask(do=action, times=times, **request)["microseconds"]

    def run(self, task, params, times=1):
        """The result, and the milliseconds of each run."""
        answer = self.ask(do="run", task=task, params=params, times=times)
        return answer["result"], [each / 1000 for each in answer["microseconds"]]
