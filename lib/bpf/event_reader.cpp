// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/event_reader.hpp"

#include <bpf/libbpf.h>
#include <cerrno>
#include <cstring>

namespace failover::bpf {

void EventReader::Deleter::operator()(ring_buffer *ring) const {
	ring_buffer__free(ring);
}

Result<EventReader> EventReader::open(int events_fd, Handler handler) {
	auto kept = std::make_unique<Handler>(std::move(handler));
	const auto deliver = [](void *context, void *data, size_t size) {
		fom_event event{};
		if (size < sizeof(event))
			return 0;
		std::memcpy(&event, data, sizeof(event));
		if (event.version == FOM_ABI_VERSION)
			(*static_cast<Handler *>(context))(event);
		return 0;
	};
	std::unique_ptr<ring_buffer, Deleter> ring(ring_buffer__new(events_fd, deliver, kept.get(), nullptr));
	if (!ring)
		return fail_errno(errno, "reading the kernel's events");
	return EventReader(std::move(kept), std::move(ring));
}

int EventReader::fd() const {
	return ring_buffer__epoll_fd(ring_.get());
}

Status EventReader::read() {
	if (int error = ring_buffer__consume(ring_.get()); error < 0)
		return fail_errno(-error, "reading the kernel's events");
	return {};
}

} // namespace failover::bpf
