#!/usr/bin/env python3
"""Receipts by the command: the proof of a file, and a disk that is really full."""

import json
import os
import subprocess
import unittest

from bed import BIN, LONG_AGO, CommandTest

PURGE = json.dumps({"endDate": LONG_AGO, "batchSize": 20})


class Receipts(CommandTest):
    def setUp(self):
        super().setUp()
        self.file = self.path / "receipts.jsonl"
        self.configure(f"receipts: {{file: {self.file}}}\n")

    def records(self):
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def test_a_file_is_proven_without_a_configuration(self):
        before = self.count()
        self.winnow("call", "PurgeExecutions", "--params", PURGE)
        (self.path / "winnow.yaml").unlink()
        proof = self.winnow("verify", "receipts.jsonl").json
        self.assertEqual((proof["valid"], proof["rows"]), (True, before - self.count()))

    def test_the_database_is_asked_where_the_line_names_one(self):
        self.winnow("call", "PurgeExecutions", "--params", PURGE)
        for words in (["--database", "sqlite:kestra.db"], ["--config", "winnow.yaml"]):
            with self.subTest(words=words):
                proof = self.winnow("verify", self.file, *words).json
                self.assertGreater(proof["checkedKeys"], 0)
                self.assertEqual((proof["presentCount"], proof["uncheckedBatches"]), (0, 0))
        self.assertNotIn("checkedKeys", self.winnow("verify").json)

    def test_the_first_wrong_line_is_named(self):
        self.winnow("call", "PurgeExecutions", "--params", PURGE)
        lines = self.file.read_text().splitlines(keepends=True)
        self.file.write_text("".join(lines[:3] + lines[4:]))
        answer = self.winnow("verify", self.file)
        self.assertEqual(answer.status, 1)
        self.assertTrue(answer.error["message"].startswith(f"{self.file}:4: `previous` is not the hash of line 3"))

    def test_without_a_file_it_says_what_to_set(self):
        self.configure()
        answer = self.winnow("verify")
        self.assertEqual((answer.status, answer.error["pointer"]), (3, "/receipts/file"))

    def test_a_full_disk_ends_the_run_before_its_batch_is_committed(self):
        """A file system of 8 KiB, which holds the records of a few batches."""
        (self.path / "small").mkdir()
        self.configure(f"receipts: {{file: {self.path}/small/r.jsonl, keys: full}}\n")
        before = self.count()
        unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user", "--user"])]
        script = f"mount -t tmpfs -o size=8k none small && {BIN}/winnow -q call PurgeExecutions --params '{PURGE}'; cp small/r.jsonl receipts.jsonl"
        done = subprocess.run([*unshare, "sh", "-c", script], cwd=self.path, text=True, capture_output=True, env=self.environment())
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["code"], "STORAGE", done.stdout)
        self.assertIn("r.jsonl\" can't be written: No space left on device", error["message"])
        went = before - self.count()
        self.assertGreater(went, 0)
        self.assertEqual(error["done"]["executionsCount"], went)
        # What is in doubt in the file was never committed: the next run learns it from the database.
        self.configure(f"receipts: {{file: {self.file}, keys: full}}\n")
        rest = self.winnow("call", "PurgeExecutions", "--params", PURGE).json
        proof = self.winnow("verify", "--config", "winnow.yaml").json
        self.assertEqual((proof["valid"], proof["inDoubt"], proof["presentCount"]), (True, 0, 0))
        self.assertEqual(proof["rows"], went + rest["executionsCount"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
