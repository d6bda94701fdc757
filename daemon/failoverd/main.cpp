// SPDX-License-Identifier: GPL-2.0-only
// failoverd: order of starting, and nothing else.
#include "base/residency.hpp"
#include "config/last_good.hpp"
#include "config/load.hpp"
#include "control/server.hpp"
#include "formation/release.hpp"
#include "manager/manager.hpp"
#include "process/expedited_rcu.hpp"
#include "process/log.hpp"
#include "service.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <malloc.h>
#include <sched.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

namespace failover {

namespace {

/// What libbpf loads programs with, and what libsystemd has for other things than its event loop.
constexpr std::array<std::string_view, 9> kOnlyAtStart = {"libelf.so",    "libz.so",         "libm.so",
							  "liblzma.so",   "libzstd.so",      "liblz4.so",
							  "libgcrypt.so", "libgpg-error.so", "libcap.so"};

struct Options {
	std::string config = config::kMainFile;
	std::string dropins = config::kDropinDir;
	std::string state_dir = config::kLastGoodDir;
	std::string socket = kRuntimeDir + "/io.failover";
	bool check = false;
	bool debug = false;
	bool release = false;
};

int check_config(const Options &options) {
	auto config = config::load(options.config, options.dropins);
	if (!config) {
		fmt::print(stderr, "{}\n", config.error().message);
		return EXIT_FAILURE;
	}
	fmt::print("{}", config::to_toml(*config));
	return EXIT_SUCCESS;
}

void block_signals() {
	sigset_t set;
	sigemptyset(&set);
	for (int signal : {SIGTERM, SIGINT, SIGHUP})
		sigaddset(&set, signal);
	sigprocmask(SIG_BLOCK, &set, nullptr);
	std::signal(SIGPIPE, SIG_IGN);
}

/// An announcement that waits for its turn on a busy CPU is traffic lost. The lowest real-time priority comes before
/// all ordinary work and after everybody else's real-time work; what we do at a time is short.
void come_first() {
	const sched_param lowest{::sched_get_priority_min(SCHED_RR)};
	if (::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0)
		return;
	const int error = errno; // EPERM: no CAP_SYS_NICE, or a cgroup without real-time budget (RT_GROUP_SCHED)
	constexpr int kMostFavoured = -20;
	if (::setpriority(PRIO_PROCESS, 0, kMostFavoured) < 0)
		log::warning("no priority over other processes ({}): on a busy CPU announcements may come late, "
			     "ignoring",
			     std::strerror(error));
}

/// An announcement that waits for a disk comes too late as well. Only what is in memory anyway is kept there, some 7
/// MiB, and what is used later.
void stay_in_memory() {
	// What is mapped later must not meet a limit, or it is refused.
	const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
	const int later = ::setrlimit(RLIMIT_MEMLOCK, &none) == 0 ? MCL_FUTURE : 0;
	if (::mlockall(MCL_CURRENT | MCL_ONFAULT | later) < 0)
		log::warning("memory may be swapped out ({}): announcements may come late then, ignoring",
			     std::strerror(errno));
}

Result<config::Config> first_config(const Options &options) {
	auto loaded = config::load_with_fallback(options.config, options.dropins, options.state_dir);
	if (!loaded)
		return tl::unexpected(loaded.error());
	if (!loaded->complaint.empty())
		log::error("{}", loaded->complaint);
	else if (auto saved = config::save_last_good(options.state_dir, loaded->config); !saved)
		log::warning("the configuration is not kept for a bad day: {}", saved.error().message);
	return std::move(loaded->config);
}

Result<std::unique_ptr<Manager>> manager_of(EventLoop &loop, Journal &journal, const config::Config &config) {
	auto kernel = Kernel::open();
	if (!kernel)
		return tl::unexpected(kernel.error());
	return std::make_unique<Manager>(loop, std::move(*kernel), journal, config);
}

bool module_is_loaded() {
	auto module = kmod::KernelModule::open();
	return module && *module;
}

Status serve(const Options &options) {
	auto config = first_config(options);
	if (!config)
		return tl::unexpected(config.error());
	ExpeditedRcu::give_back_left();
	auto loop = EventLoop::create();
	if (!loop)
		return tl::unexpected(loop.error());
	Journal journal;
	auto by_bpf = manager_of(*loop, journal, *config);
	if (!by_bpf && !module_is_loaded())
		return tl::unexpected(by_bpf.error());
	if (!by_bpf)
		log::warning("no masters can be made by BPF here, the kernel module's are served: {}",
			     by_bpf.error().message);
	ModuleMasters module(*loop, journal);
	DaemonService service(by_bpf, module, journal, [&options]() -> Result<config::Config> {
		auto fresh = config::load(options.config, options.dropins);
		if (fresh)
			(void)config::save_last_good(options.state_dir, *fresh);
		return fresh;
	});
	auto server = control::Server::create(loop->get(), service);
	if (!server)
		return tl::unexpected(server.error());
	journal.follow([&](const control::EventRecord &event) { (*server)->broadcast(event); });
	if (by_bpf)
		if (auto done = (*by_bpf)->start(); !done)
			return done;
	if (auto done = module.start(*config); !done)
		log::warning("masters of the kernel module go on without us: {}", done.error().message);
	if (auto done = (*server)->listen(options.socket); !done)
		return done;

	// The kernel goes on without us: leaving needs no clearing up.
	auto term = loop->on_signal(SIGTERM, [&] { loop->quit(); });
	auto interrupt = loop->on_signal(SIGINT, [&] { loop->quit(); });
	auto hangup = loop->on_signal(
	    SIGHUP, [&] { service.reload({}, control::Completion<std::int64_t>([](const auto &) {})); });
	if (!term || !interrupt || !hangup)
		return fail("signals cannot be watched");
	::malloc_trim(0);
	give_back_pages_of(kOnlyAtStart);
	stay_in_memory();
	come_first();
	sd_notify(0, "READY=1");
	return loop->run();
}

} // namespace

} // namespace failover

int main(int argc, char **argv) {
	using namespace failover;
	Options options;
	CLI::App app{
	    "Keeps a guest's traffic flowing when its passthrough NIC goes: pairs it with the paravirtual one, "
	    "hides both behind one device, announces switches.",
	    "failoverd"};
	app.add_option("-c,--config", options.config, "Configuration file")->capture_default_str();
	app.add_option("--config-dir", options.dropins, "Directory of further *.toml files")->capture_default_str();
	app.add_option("--state-dir", options.state_dir, "Where the last good configuration is kept")
	    ->capture_default_str();
	app.add_option("--socket", options.socket, "Control socket")->capture_default_str();
	app.add_flag("--check", options.check, "Check the configuration, print what it amounts to, and leave");
	app.add_flag(
	    "--release", options.release,
	    "Give every NIC back with its configuration, take everything of ours out of the kernel, and leave");
	app.add_flag("--debug", options.debug, "Log more");
	app.set_version_flag("--version", FAILOVER_VERSION);
	CLI11_PARSE(app, argc, argv);

	if (options.debug)
		log::set_level(log::Level::kDebug);
	if (options.check)
		return check_config(options);
	if (::geteuid() != 0) {
		log::error("must run as root: it moves network devices and loads BPF programs");
		return EXIT_FAILURE;
	}
	block_signals();
	if (auto done = options.release ? release_everything() : serve(options); !done) {
		log::error("{}", done.error().message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
