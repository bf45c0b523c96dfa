#!/usr/bin/env python3
"""The Python module at work: python_test.py FOLDER, where FOLDER has kestra.db and storage/ (tests/abi/sample.sh). The library is
the one that the module finds: $WINNOW_LIBRARY, or that of an installed wheel."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import unittest

from winnow import Job, Winnow, WinnowError, _library, manifests

FOLDER = pathlib.Path(sys.argv.pop(1))
# Ends while another thread is inside run(), with some hundred batches left.
ENDING = """
import json, sys, threading
from winnow import Winnow
inside = threading.Event()
winnow = Winnow(json.loads(sys.argv[1]), event=lambda event: inside.set())
purge = {"endDate": "2026-09-30T00:00:00Z", "batchSize": 1}
threading.Thread(target=winnow.run, args=["PurgeLogs", purge], daemon=True).start()
inside.wait()
"""
CONFIG = {"database": {"url": f"sqlite:{FOLDER}/kestra.db"}, "storage": {"type": "local", "base-path": f"{FOLDER}/storage"}}


class Python(unittest.TestCase):
    # Tests run in the order of their names, on one database: a purge leaves less for those behind it.
    def test_1_lists_and_describes(self):
        with Winnow(CONFIG) as winnow:
            page = winnow.run("ListExecutions", {"size": 3, "columns": ["id", "state"]})
            self.assertEqual(page["size"], 3)
            self.assertIn("cursor", page)
            self.assertIn("PurgeLogs", [task["name"] for task in winnow.describe()["tasks"]])
            self.assertEqual(winnow.describe("PurgeLogs")["name"], "PurgeLogs")
            self.assertEqual(winnow.build_info["abi"].split(".")[0], str(_library.ABI_VERSION >> 16))

    def test_2_a_wrong_parameter_is_refused_with_its_place(self):
        with Winnow(CONFIG) as winnow, self.assertRaises(WinnowError) as refused:
            winnow.job("PurgeExecutions", {"endDate": "yesterday"})
        self.assertEqual((refused.exception.code, refused.exception.pointer), ("INVALID_PARAMETER", "/endDate"))
        self.assertFalse(refused.exception.retryable)

    def test_3_a_purge_reports_its_batches_and_what_went(self):
        events = []
        params = {"endDate": "2026-03-01T00:00:00Z"}
        with Winnow(CONFIG, event=events.append) as winnow:
            with winnow.job("PurgeExecutions", params) as job:
                self.assertIsInstance(job, Job)
                self.assertIn("statements", job.plan())
                purged = job.run()
                self.assertEqual(job.progress().rows_done, purged["executionsCount"])
            batches = [event for event in events if event["event"] == "batch"]
            self.assertGreater(purged["executionsCount"], 0)
            self.assertEqual(sum(batch["rows"] for batch in batches), purged["executionsCount"])
            self.assertEqual(winnow.run("PurgeExecutions", params)["executionsCount"], 0)

    def test_4_files_of_a_storage_of_the_hosts_own_are_removed_by_its_function(self):
        requests = []

        def delete_files(request):
            requests.append(request)
            return 2 * len(request["executions"])

        with Winnow({**CONFIG, "storage": {"type": "host"}}, delete_files=delete_files) as winnow:
            purged = winnow.run("PurgeExecutions", {"endDate": "2026-04-01T00:00:00Z"})
        self.assertGreater(purged["executionsCount"], 0)
        self.assertEqual(purged["storagesCount"], 2 * sum(len(request["executions"]) for request in requests))

    def test_5_an_exception_in_a_callback_cancels_the_job_and_comes_out(self):
        def interrupt(_event):
            raise KeyboardInterrupt

        with Winnow(CONFIG, event=interrupt) as winnow, self.assertRaises(KeyboardInterrupt):
            winnow.run("PurgeExecutions", {"endDate": "2026-09-30T00:00:00Z", "batchSize": 1})

    def test_5_ctrl_c_while_the_library_works_cancels_the_job_and_comes_out(self):
        def interrupt(job):
            while not job.progress().waiting:
                pass
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        before = signal.getsignal(signal.SIGINT)
        with Winnow(CONFIG) as winnow, winnow.job("PurgeExecutions", {"endDate": "2026-09-30T00:00:00Z"}) as job:
            job.pause()
            threading.Thread(target=interrupt, args=[job], daemon=True).start()
            unheard = threading.Timer(30, job.cancel)
            unheard.start()
            with self.assertRaises(KeyboardInterrupt):
                job.run()
            unheard.cancel()
        self.assertIs(signal.getsignal(signal.SIGINT), before)

    def test_6_another_thread_cancels_a_job(self):
        with Winnow(CONFIG) as winnow, winnow.job("PurgeExecutions", {"endDate": "2026-09-30T00:00:00Z"}) as job:
            canceller = threading.Thread(target=job.cancel)
            canceller.start()
            canceller.join()
            with self.assertRaises(WinnowError) as cancelled:
                job.run()
        self.assertEqual(cancelled.exception.code, "CANCELLED")

    def test_6_the_end_of_the_interpreter_ends_the_jobs_of_daemon_threads_first(self):
        ended = subprocess.run([sys.executable, "-c", ENDING, json.dumps(CONFIG)], capture_output=True, text=True, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stderr)

    def test_7_a_closed_library_is_closed_twice_in_peace_and_never_under_a_job(self):
        winnow = Winnow(CONFIG)
        job = winnow.job("ListLogs")
        with self.assertRaises(WinnowError) as refused:
            winnow.close()
        self.assertEqual(str(refused.exception), "INVALID_ARGUMENT: a job of this library is not freed yet")
        job.free()
        with self.assertRaises(WinnowError) as refused:
            job.pause()
        self.assertIn("the job was freed", str(refused.exception))
        job.free()
        winnow.close()
        winnow.close()

    def test_8_a_system_that_can_not_load_it_is_named_in_a_sentence(self):
        confstr = os.confstr
        self.addCleanup(setattr, os, "confstr", confstr)
        self.assertIsNone(_library.unfit_system())
        os.confstr = lambda name: "glibc 2.27"
        self.assertRegex(_library.unfit_system(), r"needs Linux with glibc 2\.28 or later .*this system has glibc 2\.27$")

        def musl(name):
            raise ValueError("unrecognized configuration name")

        os.confstr = musl
        self.assertRegex(_library.unfit_system(), "glibc 2.28 or later .*another C library")
        with self.assertRaisesRegex(OSError, "another C library"):
            Winnow(CONFIG, library="/nonexistent/libwinnow.so")

    def test_9_manifests_are_found_without_the_library(self):
        folder = manifests()
        if folder is None:
            self.skipTest("none is installed beside this module")
        self.assertTrue(folder.joinpath("PurgeExecutions.yaml").is_file())


if __name__ == "__main__":
    unittest.main()
