// SPDX-License-Identifier: GPL-2.0-only
// failover-link: what `ip link` would do for the kernel module's kind if it knew its options. See usage().
#include "option.hpp"

#include "base/fd.hpp"
#include "netlink/ack.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <linux/fom_abi.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <tuple>
#include <vector>

namespace {

using namespace failover;
using namespace failover::link_tool;
using netlink::AttributeReader;
using netlink::Bytes;
using netlink::ByteSpan;
using nlohmann::json;

constexpr std::size_t kAnswerSize = 32 << 10; // a link with all its counters is a tenth of that

int usage() {
	const auto words = [](std::span<const Option> options) {
		std::string all;
		for (const auto &option : options)
			all += fmt::format(" {}", option.word);
		return all;
	};
	fmt::print(
	    stderr,
	    "usage: failover-link add NAME [OPTION VALUE]...    make a master\n"
	    "       failover-link set NAME [OPTION VALUE]...    options of a master:{}\n"
	    "       failover-link tell NAME [OPTION VALUE]...   the same by generic netlink, which knows masters "
	    "without a kind\n"
	    "       failover-link slave NAME [OPTION VALUE]...  options of a slave:{}\n"
	    "       failover-link enslave NAME MASTER           make a slave\n"
	    "       failover-link show NAME                     what a master or a slave says of itself, as JSON\n"
	    "       failover-link slaves NAME                   what each slave of a master says, by its name\n"
	    "Exit code 1: refused; stderr has the kernel's reason. With FAIL_NTH=N in the environment the Nth "
	    "allocation made for it fails, and what is left of N then is printed (0: it has failed).\n",
	    words(master_options()), words(slave_options()));
	return 2;
}

template <typename T> void append(Bytes &bytes, const T &value) {
	const auto *raw = reinterpret_cast<const std::uint8_t *>(&value);
	bytes.insert(bytes.end(), raw, raw + sizeof(value));
}

void put_text(Bytes &bytes, int type, std::string_view text) {
	Bytes payload(text.begin(), text.end());
	payload.push_back(0);
	put(bytes, type, payload);
}

/// `fixed`: what each message of that family begins with.
template <typename T> Bytes request(std::uint16_t type, std::uint16_t flags, const T &fixed, ByteSpan attributes) {
	nlmsghdr head{};
	head.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(fixed)) + attributes.size());
	head.nlmsg_type = type;
	head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
	Bytes bytes;
	append(bytes, head);
	append(bytes, fixed);
	bytes.insert(bytes.end(), attributes.begin(), attributes.end());
	return bytes;
}

/// A message about one link.
Bytes link_request(std::uint16_t type, std::uint16_t flags, int ifindex, ByteSpan attributes) {
	ifinfomsg info{};
	info.ifi_index = ifindex;
	return request(type, flags, info, attributes);
}

Result<UniqueFd> open_socket(int protocol) {
	UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
	if (!fd)
		return fail_errno(errno, "opening a netlink socket");
	const int on = 1;
	if (::setsockopt(fd.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0)
		return fail_errno(errno, "asking for reasons");
	return fd;
}

/// One message there, and what comes back is told to `each`, until it says that this was all.
template <typename F> Status ask(int protocol, const Bytes &message, F &&each) {
	auto fd = open_socket(protocol);
	if (!fd)
		return tl::unexpected(fd.error());
	if (::send(fd->get(), message.data(), message.size(), 0) < 0)
		return fail_errno(errno, "asking the kernel");
	Bytes answer(kAnswerSize);
	while (true) {
		const ssize_t length = ::recv(fd->get(), answer.data(), answer.size(), 0);
		if (length < 0)
			return fail_errno(errno, "hearing the kernel");
		auto left = static_cast<unsigned>(length);
		for (auto *head = reinterpret_cast<const nlmsghdr *>(answer.data()); NLMSG_OK(head, left);
		     head = NLMSG_NEXT(head, left)) {
			const Result<bool> more = each(head);
			if (!more)
				return tl::unexpected(more.error());
			if (!*more)
				return {};
		}
	}
}

Status change(int protocol, const Bytes &message, const std::string &what) {
	return ask(protocol, message, [&what](const nlmsghdr *answer) -> Result<bool> {
		if (answer->nlmsg_type != NLMSG_ERROR)
			return fail(fmt::format("{}: the kernel answers with message {}", what, answer->nlmsg_type));
		if (auto ok = netlink::parse_ack(answer, what); !ok)
			return tl::unexpected(ok.error());
		return false;
	});
}

Result<int> index_of(const char *name) {
	const unsigned index = ::if_nametoindex(name);
	if (index == 0)
		return fail_errno(errno, name);
	return static_cast<int>(index);
}

/// IFLA_LINKINFO with the kind in `kind_type` and these attributes in `data_type`.
Bytes link_info(int kind_type, int data_type, const Bytes &data) {
	Bytes info, attributes;
	put_text(info, kind_type, FOM_LINK_KIND);
	put(info, data_type | NLA_F_NESTED, data);
	put(attributes, IFLA_LINKINFO | NLA_F_NESTED, info);
	return attributes;
}

Status add(const char *name, std::span<char *const> words) {
	const auto data = attributes_of(master_options(), words);
	if (!data)
		return tl::unexpected(data.error());
	Bytes attributes;
	put_text(attributes, IFLA_IFNAME, name);
	const Bytes info = link_info(IFLA_INFO_KIND, IFLA_INFO_DATA, *data);
	attributes.insert(attributes.end(), info.begin(), info.end());
	return change(NETLINK_ROUTE, link_request(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, 0, attributes),
		      name);
}

Status set(const char *name, std::span<const Option> options, int kind_type, int data_type,
	   std::span<char *const> words) {
	const auto index = index_of(name);
	const auto data = attributes_of(options, words);
	if (!index || !data)
		return tl::unexpected(index ? data.error() : index.error());
	return change(NETLINK_ROUTE,
		      link_request(RTM_NEWLINK, NLM_F_ACK, *index, link_info(kind_type, data_type, *data)), name);
}

Status enslave(const char *name, const char *to) {
	const auto index = index_of(name), master = index_of(to);
	if (!index || !master)
		return tl::unexpected(index ? master.error() : index.error());
	Bytes value, attributes;
	append(value, static_cast<std::uint32_t>(*master));
	put(attributes, IFLA_MASTER, value);
	return change(NETLINK_ROUTE, link_request(RTM_NEWLINK, NLM_F_ACK, *index, attributes), name);
}

/// A message of generic netlink's.
Bytes generic_request(std::uint16_t family, std::uint8_t command, std::uint16_t flags, ByteSpan attributes) {
	const genlmsghdr generic{.cmd = command, .version = FOM_ABI_VERSION, .reserved = 0};
	return request(family, flags, generic, attributes);
}

Result<std::uint16_t> family_id() {
	Bytes name;
	put_text(name, CTRL_ATTR_FAMILY_NAME, FOM_GENL_NAME);
	std::uint16_t id = 0;
	const auto asked = generic_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, name);
	auto done = ask(NETLINK_GENERIC, asked, [&id](const nlmsghdr *answer) -> Result<bool> {
		if (answer->nlmsg_type == NLMSG_ERROR)
			return tl::unexpected(netlink::parse_ack(answer, "the module's family").error());
		AttributeReader family(answer, sizeof(genlmsghdr), "family");
		family.read(CTRL_ATTR_FAMILY_ID, id);
		if (auto ok = family.status(); !ok)
			return tl::unexpected(ok.error());
		return false;
	});
	if (!done)
		return tl::unexpected(done.error());
	return id;
}

Status tell(const char *name, std::span<char *const> words) {
	const auto index = index_of(name);
	const auto data = attributes_of(master_options(), words);
	const auto family = family_id();
	for (const auto *error :
	     {index ? nullptr : &index.error(), data ? nullptr : &data.error(), family ? nullptr : &family.error()})
		if (error)
			return tl::unexpected(*error);
	Bytes master, attributes;
	append(master, static_cast<std::uint32_t>(*index));
	put(attributes, FOM_A_MASTER, master);
	put(attributes, FOM_A_LINK | NLA_F_NESTED, *data);
	return change(NETLINK_GENERIC, generic_request(*family, FOM_CMD_MASTER_SET, NLM_F_ACK, attributes), name);
}

/// {"name", "kind", "master": ifindex, and the options of the master or slave that it is}
Result<json> shown(const nlmsghdr *answer) {
	if (auto ok = netlink::check_message(answer, {RTM_NEWLINK}, sizeof(ifinfomsg), "link"); !ok)
		return tl::unexpected(ok.error());
	AttributeReader link(answer, sizeof(ifinfomsg), "link");
	AttributeReader info = link.nested(IFLA_LINKINFO);
	std::string name, kind, slave_kind;
	std::uint32_t master = 0;
	link.read(IFLA_IFNAME, name);
	link.read(IFLA_MASTER, master);
	info.read(IFLA_INFO_KIND, kind);
	info.read(IFLA_INFO_SLAVE_KIND, slave_kind);
	json out{{"name", name}, {"kind", kind}, {"master", master}};
	for (const auto &[ours, type, options] :
	     {std::tuple(kind == FOM_LINK_KIND, IFLA_INFO_DATA, master_options()),
	      std::tuple(slave_kind == FOM_LINK_KIND, IFLA_INFO_SLAVE_DATA, slave_options())}) {
		if (!ours)
			continue;
		const auto told = json_of(options, info.nested(type));
		if (!told)
			return tl::unexpected(told.error());
		out.update(*told);
	}
	for (const Status &ok : {link.status(), info.status()})
		if (!ok)
			return tl::unexpected(ok.error());
	return out;
}

Status show(const char *name) {
	const auto index = index_of(name);
	if (!index)
		return tl::unexpected(index.error());
	return ask(NETLINK_ROUTE, link_request(RTM_GETLINK, 0, *index, {}),
		   [name](const nlmsghdr *answer) -> Result<bool> {
			   if (answer->nlmsg_type == NLMSG_ERROR)
				   return tl::unexpected(netlink::parse_ack(answer, name).error());
			   const auto out = shown(answer);
			   if (!out)
				   return tl::unexpected(out.error());
			   fmt::print("{}\n", out->dump());
			   return false;
		   });
}

Status show_slaves(const char *name) {
	const auto index = index_of(name);
	if (!index)
		return tl::unexpected(index.error());
	auto slaves = json::object();
	const auto each = [&](const nlmsghdr *answer) -> Result<bool> {
		if (answer->nlmsg_type == NLMSG_DONE || answer->nlmsg_type == NLMSG_ERROR) {
			if (auto ok = netlink::parse_ack(answer, name); !ok)
				return tl::unexpected(ok.error());
			return false;
		}
		const auto link = shown(answer);
		if (!link)
			return tl::unexpected(link.error());
		if ((*link)["master"] == *index && link->contains("slot"))
			slaves[(*link)["name"].get<std::string>()] = *link;
		return true;
	};
	if (auto ok = ask(NETLINK_ROUTE, link_request(RTM_GETLINK, NLM_F_DUMP, 0, {}), each); !ok)
		return ok;
	fmt::print("{}\n", slaves.dump());
	return {};
}

Status run(std::string_view verb, const char *name, std::span<char *const> words) {
	if (verb == "add")
		return add(name, words);
	if (verb == "set")
		return set(name, master_options(), IFLA_INFO_KIND, IFLA_INFO_DATA, words);
	if (verb == "tell")
		return tell(name, words);
	if (verb == "slave")
		return set(name, slave_options(), IFLA_INFO_SLAVE_KIND, IFLA_INFO_SLAVE_DATA, words);
	if (verb == "enslave")
		return enslave(name, words[0]);
	return verb == "slaves" ? show_slaves(name) : show(name);
}

/// The kernel's fault injection, which has the Nth allocation of this thread fail (Documentation/fault-injection).
class FailNth {
public:
	explicit FailNth(const char *number) : wanted_(number) {
		if (wanted_)
			write(number);
	}
	~FailNth() {
		if (!wanted_)
			return;
		std::string left;
		std::ifstream(kFile) >> left;
		write("0");
		fmt::print("{}\n", left);
	}
	FailNth(const FailNth &) = delete;
	FailNth &operator=(const FailNth &) = delete;

private:
	static constexpr const char *kFile = "/proc/thread-self/fail-nth";

	static void write(const char *number) {
		std::ofstream file(kFile);
		file << number << std::flush;
		if (!file)
			fmt::print(stderr, "failover-link: this kernel injects no failures by {}\n", kFile);
	}

	bool wanted_;
};

} // namespace

int main(int argc, char **argv) {
	constexpr std::array<std::string_view, 7> kVerbs{"show", "slaves", "enslave", "add", "set", "tell", "slave"};
	const auto *const verb = argc < 3 ? kVerbs.end() : std::find(kVerbs.begin(), kVerbs.end(), argv[1]);
	if (verb == kVerbs.end() || (verb < kVerbs.begin() + 2 && argc != 3) || // what shows takes no options
	    (*verb == "enslave" && argc != 4))
		return usage();
	const FailNth failing(std::getenv("FAIL_NTH"));
	const std::span<char *const> words(argv + 3, static_cast<std::size_t>(argc - 3));
	if (const auto done = run(argv[1], argv[2], words); !done) {
		fmt::print(stderr, "failover-link: {}\n", done.error().message);
		return 1;
	}
	return 0;
}
