# SPDX-License-Identifier: GPL-2.0-only
"""What stories are given: `host` boots a guest, `guest` is its inside, `product` wants the package installed."""
import sys
import time

sys.dont_write_bytecode = True

from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # tests/lab is shared with the stories in namespaces

import pytest  # noqa: E402
from _pytest.runner import runtestprotocol  # noqa: E402

from harness import places  # noqa: E402
from harness.evidence.judge import judge, trouble_in  # noqa: E402
from harness.evidence.stillness import Stillness, stolen  # noqa: E402
from harness.machine import prompt  # noqa: E402
from harness.machine.emulator import fault  # noqa: E402
from harness.machine.host import Host, Overslept, sweep  # noqa: E402
from harness.machine.qemu import Died, Machine  # noqa: E402
from harness.masters.adopted import Adopted  # noqa: E402
from harness.masters.installed import Installed, System  # noqa: E402
from harness.masters.intree import InTree  # noqa: E402
from harness.masters.kmodule import KernelModule  # noqa: E402
from harness.masters.product import Product  # noqa: E402
from harness.process import end_cleanly_on_sigterm  # noqa: E402
from harness.sharing import shared_out  # noqa: E402
from lab import repeated  # noqa: E402

KERNELS = ("6.1", "6.12")
# Fixtures whose guests have our package, or what it depends on; those whose guests are a whole Debian.
OURS = {"product", "daemon", "adopted", "installed", "system"}
DEBIAN = {"installed", "system"}
FAILED = pytest.StashKey[bool]()
STOPPED = pytest.StashKey[str]()
BEGAN = pytest.StashKey[tuple]()  # when, and what had been stolen from this machine until then
WATCH = Stillness()
PRODUCT = pytest.StashKey[Product]()
NOTE = "measured"


def pytest_addoption(parser):
    group = parser.getgroup("guests")
    group.addoption("--worst-of", type=int, default=0, metavar="N",
                    help="do N times what stories measure, and judge the worst; else the best of three where other work adds")
    group.addoption("--kernel", action="append", help="6.1, 6.12, newest, debug, or a directory with vmlinuz, release and "
                    "tree/lib/modules; may be repeated; default: 6.1 and 6.12")
    group.addoption("--both", action="store_true", help="each variant of a story on both kernels")
    group.addoption("--primary", help="model of the primary NIC, where the story leaves it open: e1000e or vmxnet3")
    group.addoption("--deb", type=Path, help="the product's package, for stories about it; default: the build tree's")
    group.addoption("--build", type=Path, help="build tree with the tools; default $FAILOVER_BUILD or build/release")
    group.addoption("--seed", type=int, help="what random steps are drawn from, as a story told it; default: another each time")
    group.addoption("--steps", type=int, help="so many random steps; default: as many as the story says")
    group.addoption("--hold", action="store_true", help="after the story, keep the guest and give a prompt")


def pytest_configure(config):
    # The whole run ends and tells what it has found: any other exception were one failed story, and the next would begin.
    end_cleanly_on_sigterm(lambda _: KeyboardInterrupt("SIGTERM"))
    WATCH.start()
    repeated.ROUNDS = config.getoption("--worst-of")
    deb = config.getoption("--deb")
    if deb and not deb.is_file():
        raise pytest.UsageError(f"--deb: there is no file {deb}")


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):  # processes that told stories, and were killed for taking too long to end, are gone
        sweep()


def pytest_generate_tests(metafunc):
    if "kernel" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("kernels")
        chosen = metafunc.config.getoption("--kernel") or KERNELS
        metafunc.parametrize("kernel", [k for k in chosen if is_for(metafunc, k, only)], scope="function")


def is_for(metafunc, kernel, only):
    # The debug kernel is there for our module: it has no types for BPF, and others' modules do not pass it.
    if kernel == "debug" and "kmod" not in metafunc.fixturenames:
        return False
    return not only or kernel in only.args


def pytest_collection_modifyitems(config, items):
    """A story without a kernel, because it is about others than those chosen, is not meant rather than skipped."""
    meant = [item for item in items
             if not hasattr(item, "callspec") or isinstance(item.callspec.params.get("kernel", ""), str)]
    if not config.getoption("--kernel") and not config.getoption("--both"):
        meant = shared_out(meant)
    config.hook.pytest_deselected(items=[item for item in items if item not in meant])
    items[:] = meant


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """A story whose guest was stopped by its emulator, or by this machine, is told once more; the summary says so."""
    item.stash[BEGAN] = time.monotonic(), stolen()
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if why := item.stash.get(STOPPED, None):
        add_note(item, f"it failed where nothing could have passed ({why}), so it was run again; before: {words_of(reports)}")
        item.stash[FAILED] = False
        item.stash[STOPPED] = None
        item._initrequest()  # pylint: disable=protected-access
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def words_of(reports):
    """What the failed ones say, in a line."""
    crashes = [getattr(report.longrepr, "reprcrash", None) for report in reports if report.failed]
    return "; ".join(" / ".join(crash.message.splitlines()) for crash in crashes if crash)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        item.stash[FAILED] = True
        host = item.funcargs.get("host")
        began, stolen_before = item.stash[BEGAN]
        still = WATCH.since(began)
        tell = getattr(report.longrepr, "addsection", None)
        if tell:
            tell("this machine", f"stood still for {still:.1f} s; {stolen() - stolen_before:.1f} CPU seconds were stolen from it")
        if still:
            item.stash[STOPPED] = f"this machine stood still for {still:.1f} s"
        if host:
            item.stash[STOPPED] = item.stash.get(STOPPED, None) or fault(host)
            if tell:
                tell("what was lost", "\n".join(host.lost()) or "nothing, or no stream was judged")
                tell("guest's CPUs, as QEMU has them", processors(host))
            report.sections.append(("guest's console, last lines", host.qemu.console_tail()))
            if not answers(host):
                report.sections.append(("guest's tasks, when it did not answer", host.qemu.tasks()))
        if product := item.stash.get(PRODUCT, None):
            report.sections.append(("failoverd's log", product.log()))
        if system := item.funcargs.get("system"):
            report.sections.append(("the guest's journal", system.log()))
        if host and host.dhcp:
            report.sections.append(("the DHCP server's log", host.dhcp.log()))


def answers(host):
    """The guest still does what it is told to."""
    try:
        host.qemu.agent.ping(seconds=5)
    except (AssertionError, OSError):
        return False
    return True


def processors(host):
    try:
        return "\n".join(map(repr, host.qemu.processors()))
    except AssertionError as error:
        return f"QEMU did not tell: {error}"


def add_note(item, line):
    """Kept with the test's report, which reaches the summary from other processes too, and the JUnit file."""
    item.user_properties.append((NOTE, f"{item.name}: {line}"))


def pytest_terminal_summary(terminalreporter):
    ended = [report for reports in terminalreporter.stats.values() for report in reports
             if getattr(report, "when", None) == "teardown"]
    lines = [line for report in ended for name, line in report.user_properties if name == NOTE]
    if lines:
        terminalreporter.section("measured")
    for line in lines:
        terminalreporter.line(line)


@pytest.fixture
def machine(request, kernel):
    """The default machine, as the command line and then the story change it."""
    option = request.config.getoption
    made = Machine(kernel=kernel, build=option("--build"))
    # Stories about others' failover run in a guest that knows nothing of ours.
    if OURS & set(request.fixturenames):
        made = replace(made, deb=option("--deb") or places.package(option("--build")))
    if DEBIAN & set(request.fixturenames):
        made = replace(made, system="debian", installed="installed" in request.fixturenames)
    if "kmod" in request.fixturenames:
        made = replace(made, failover=True, kmod=True)
    if option("--primary"):
        made = replace(made, primary=option("--primary"))
    if wish := request.node.get_closest_marker("machine"):
        made = replace(made, **wish.kwargs)
    # A story may also go through several NICs: @pytest.mark.parametrize("nic", [...]).
    if hasattr(request.node, "callspec") and "nic" in request.node.callspec.params:
        made = replace(made, primary=request.node.callspec.params["nic"])
    return made


def boot(item, machine):
    """A guest that ends before its first word, and without one of complaint, is begun once more, and one that the emulator
    did not wake; the summary says so."""
    try:
        return Host(machine)
    except (Died, Overslept) as error:
        if isinstance(error, Died) and trouble_in(str(error)):
            raise
        add_note(item, f"it ended while it booted, so it was booted again: {str(error).splitlines()[0]}")
        return Host(machine)


@pytest.fixture
def host(request, machine):
    host = boot(request.node, machine)
    add_note(request.node, f"booted in {host.boot_seconds:.1f} s")
    try:
        yield host
        if request.config.getoption("--hold"):
            capture = request.config.pluginmanager.getplugin("capturemanager")
            capture.suspend_global_capture(in_=True)
            try:
                prompt.offer(host, request.node.name)
            finally:
                capture.resume_global_capture()
        if not request.node.stash.get(FAILED, False):
            judge(host.guest, host.qemu)
    finally:
        host.close()


@pytest.fixture
def guest(host):
    return host.guest


@pytest.fixture
def note(request):
    """note(line): show a measured number in the summary."""
    return lambda line: add_note(request.node, line)


@pytest.fixture
def intree(host):
    """The kernel's own net_failover, configured and carrying traffic by the primary."""
    return InTree(host)


@pytest.fixture
def kmod(request, host):
    """Our kernel module, carrying traffic by the primary; not yet where the story loads the drivers itself."""
    module = KernelModule(host)
    if host.machine.drivers:
        module.begin()
    yield module
    if request.node.stash.get(FAILED, False):
        return
    module.judge()
    if host.machine.debug and not request.config.getoption("--hold"):
        # What it leaves behind is found only when it has gone.
        module.unload()


@pytest.fixture
def system(host):
    """A Debian guest without our package. It may still be booting: with two NICs that takes it two minutes."""
    return System(host)


@pytest.fixture
def installed(request, host):
    """A Debian guest with our package that has booted. What came up by itself is for the story to see."""
    installed = Installed(host)
    request.node.stash[PRODUCT] = installed
    installed.system.await_running()
    yield installed
    if not request.node.stash.get(FAILED, False):
        installed.judge()


@pytest.fixture
def daemon(request, host):
    """Our package, installed. failoverd is for the story to start and to end."""
    product = Product(host)
    request.node.stash[PRODUCT] = product
    return product


@pytest.fixture
def product(request, host):
    """Our package, installed and carrying traffic by the primary."""
    product = Product(host)
    request.node.stash[PRODUCT] = product
    product.begin()
    yield product
    if not request.node.stash.get(FAILED, False):
        product.judge()


@pytest.fixture
def adopted(request, host):
    """Our package beside the kernel's own net_failover, carrying traffic by the primary."""
    adopted = Adopted(host)
    request.node.stash[PRODUCT] = adopted
    adopted.begin()
    yield adopted
    if not request.node.stash.get(FAILED, False):
        adopted.judge()
