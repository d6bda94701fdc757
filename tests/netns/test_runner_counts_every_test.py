# SPDX-License-Identifier: GPL-2.0-only
"""scripts/test: its count is what decides, so no test may vanish from it."""
import pytest
from lab.run_tests import Suites, read_junit

PYTEST = """<testsuites><testsuite name="pytest">
<testcase classname="stories.a" name="test_one" time="0.1"/>
<testcase classname="stories.a" name="test_two"><failure message="assert 1 == 2">line 7: assert 1 == 2</failure></testcase>
<testcase classname="stories.a" name="test_three"><error message="setup">no lab</error></testcase>
<testcase classname="stories.a" name="test_four"><skipped type="pytest.skip" message="probed: no netkit here"/></testcase>
<testcase classname="stories.a" name="test_five"><skipped type="pytest.skip" message="not today"/></testcase>
</testsuite></testsuites>"""

CTEST = """<testsuite name="Linux-c++" tests="4" failures="1" skipped="2">
<testcase name="base: one" classname="base: one" time="0.1" status="run"><system-out>fine</system-out></testcase>
<testcase name="base: two" classname="base: two" status="fail"><failure message=""/><system-out>CHECK( 1 == 2 )</system-out></testcase>
<testcase name="base: three" classname="base: three" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>
<system-out>probed: no TCX in this kernel</system-out></testcase>
<testcase name="base: four" classname="base: four" status="notrun"><skipped message=""/><system-out/></testcase>
</testsuite>"""


@pytest.fixture
def junit(tmp_path):
    def read(text):
        path = tmp_path / "report.xml"
        path.write_text(text)
        return read_junit(path)
    return read


def test_a_pytest_report_is_read_in_full(junit):
    result = junit(PYTEST)
    assert result.passed == 1
    assert [name for name, _ in result.skipped] == ["stories.a: test_four"]
    assert [name for name, _ in result.failed] == ["stories.a: test_two", "stories.a: test_three", "stories.a: test_five"]
    assert "assert 1 == 2" in result.failed[0][1]


def test_a_ctest_report_is_read_in_full(junit):
    result = junit(CTEST)
    assert result.passed == 1
    assert [name for name, _ in result.skipped] == ["base: three"]
    assert [name for name, _ in result.failed] == ["base: two", "base: four"]
    assert "CHECK( 1 == 2 )" in result.failed[0][1]


def test_a_skip_that_nobody_probed_is_a_failure(junit):
    assert "without a probed reason: not today" in junit(PYTEST).failed[-1][1]


def test_a_suite_that_crashes_is_a_failure(tmp_path):
    result = Suites.judge(tmp_path / "never-written.xml", 139, "Segmentation fault", nothing=(5,))
    assert len(result.failed) == 1
    assert "Segmentation fault" in result.failed[0][1]


def test_a_suite_that_ends_badly_after_good_tests_is_a_failure(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text('<testsuite><testcase classname="a" name="one"/></testsuite>')
    result = Suites.judge(path, 1, "leaked", nothing=(5,))
    assert (result.passed, len(result.failed)) == (1, 1)


def test_no_test_selected_is_neither(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text("<testsuite/>")
    assert Suites.judge(path, 5, "", nothing=(5,)).count() == 0
