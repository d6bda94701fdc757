// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/kernel_programs.hpp"

#include "bpf/libbpf_log.hpp"
#include "bpf/object.hpp"
#include "bpf/pins.hpp"
#include "bpf/roomy_heap.hpp"

#include "kernel_cast.skel.h"
#include "kernel_probe.skel.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <iterator>

namespace failover::bpf {

namespace {

constexpr std::string_view kTransmit = "fom_tx";

/// What to take out of one object.
struct Wish {
	bool tx = false;
	std::vector<Watch *> watches = {};
	std::uint32_t hidden_netns = 0;

	[[nodiscard]] bool has(std::string_view program) const {
		return program == kTransmit ? tx
					    : std::ranges::find(watches, program, &Watch::program) != watches.end();
	}
};

/// The two builds of the object behind one face.
struct CastForm {
	using Skeleton = Owned<kernel_cast_bpf, kernel_cast_bpf__destroy>;
	static constexpr auto open = kernel_cast_bpf__open_opts;
	static constexpr auto load = kernel_cast_bpf__load;
};
struct ProbeForm {
	using Skeleton = Owned<kernel_probe_bpf, kernel_probe_bpf__destroy>;
	static constexpr auto open = kernel_probe_bpf__open_opts;
	static constexpr auto load = kernel_probe_bpf__load;
};

void attach_watches(bpf_object *object, const Wish &wish, LibbpfLog &log) {
	for (Watch *watch : wish.watches) {
		bpf_link *link = bpf_program__attach(bpf_object__find_program_by_name(object, watch->program));
		watch->works = link && bpf_link__pin(link, link_pin(watch->pin).c_str()) == 0;
		if (!watch->works)
			watch->reason = log.take_reason();
		if (link)
			bpf_link__destroy(link);
	}
}

/// One try: loads what is wished, pins and attaches it. 0, or the negative errno of opening and loading. Nothing is
/// attached unless all of it loads.
template <typename Form> int try_form(const Wish &wish, const std::string &tx_path, Status &pinned, LibbpfLog &log) {
	const auto options = open_options();
	typename Form::Skeleton object(Form::open(&options));
	if (!object)
		return -errno;
	object->rodata->hidden_netns = wish.hidden_netns;
	bpf_program *program = nullptr;
	bpf_object__for_each_program(program, object->obj)
	    bpf_program__set_autoload(program, wish.has(bpf_program__name(program)));
	if (const int error = Form::load(object.get()); error < 0)
		return error;
	if (wish.tx)
		pinned = pin_program(object->progs.fom_tx, tx_path);
	attach_watches(object->obj, wish, log);
	return 0;
}

using TryForm = int (*)(const Wish &, const std::string &, Status &, LibbpfLog &);

struct Form {
	TryForm attempt;
	const char *name;
	const char *detail;
};

constexpr Form kForms[] = {
    {try_form<CastForm>, "read-by-cast", "slaves checked by plain loads (bpf_rdonly_cast)"},
    {try_form<ProbeForm>, "read-by-probe", "slaves checked by bpf_probe_read_kernel"},
};

/// libbpf's word for "the kernel has no such kfunc": nothing else in this form of the object loads either.
constexpr int kNoSuchFunction = -ESRCH;

/// Whether tracing as such is denied us. The kernel looks at that before it looks at what is to be traced, which here
/// is nothing (bpf_prog_load()).
bool tracing_denied() {
	const bpf_insn nothing[] = {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
				    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY);
	const UniqueFd fd(bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", nothing, std::size(nothing), &options));
	return !fd && errno == EPERM;
}

/// The watches each in an object of its own: a function that this kernel does not let us trace must not take the other
/// one along. In the form that asks least of the kernel.
void attach_one_by_one(std::span<Watch *const> watches, std::uint32_t hidden_netns, LibbpfLog &log) {
	for (Watch *watch : watches) {
		Status pinned;
		if (try_form<ProbeForm>({false, {watch}, hidden_netns}, "", pinned, log) < 0)
			watch->reason = log.take_reason();
	}
}

} // namespace

Status load_kernel_programs(const std::string &tx_path, std::span<Watch *const> watches, std::uint32_t hidden_netns,
			    std::vector<Trial> &trials) {
	if (!watches.empty() && tracing_denied()) {
		for (Watch *watch : watches)
			watch->reason = "the kernel denies tracing programs (EPERM)";
		watches = {};
	}
	if (tx_path.empty() && watches.empty())
		return {};
	const RoomyHeap room(kKernelTypes);
	if (tx_path.empty()) {
		LibbpfLog log;
		attach_one_by_one(watches, hidden_netns, log);
		return {};
	}
	for (const Form &form : kForms) {
		LibbpfLog log;
		Status pinned;
		int error = form.attempt({true, {watches.begin(), watches.end()}, hidden_netns}, tx_path, pinned, log);
		if (error < 0 && error != kNoSuchFunction &&
		    !watches.empty()) { // perhaps one of the watches was refused
			(void)log.take_reason();
			error = form.attempt({true, {}, hidden_netns}, tx_path, pinned, log);
			if (error == 0)
				attach_one_by_one(watches, hidden_netns, log);
		}
		trials.push_back({form.name, error == 0, error == 0 ? form.detail : log.take_reason()});
		if (error == 0)
			return pinned;
	}
	return fail(fmt::format("the transmit program was refused: {}", trials.back().detail));
}

} // namespace failover::bpf
