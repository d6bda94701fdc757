// SPDX-License-Identifier: GPL-2.0-only
/*
 * fom-netns: makes the namespace that slaves are hidden in and hands it to fom.ko, which keeps it.
 *
 * The module starts this when it is loaded, perhaps in an initramfs where nothing is mounted: the request says no more
 * than "the namespace I am in". Exit code 0: the module has one, from here or from failoverd, which was faster. 1: what
 * failed is said on stderr and in the kernel's log.
 */
#define _GNU_SOURCE
#include <linux/fom_abi.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[32];
};

static void fail(const char *what, int error)
{
	char line[256];
	int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	snprintf(line, sizeof(line), "fom-netns: %s: %s\n", what, strerror(error));
	fputs(line, stderr);
	if (log >= 0 && write(log, line, strlen(line)) < 0)
		perror("fom-netns: /dev/kmsg");
	exit(1);
}

static void send_request(int netlink, struct request *request, int type, int command)
{
	request->header.nlmsg_type = (unsigned short)type;
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->generic.cmd = (unsigned char)command;
	request->generic.version = 1;
	if (send(netlink, request, request->header.nlmsg_len, 0) < 0)
		fail("asking the kernel", errno);
}

/* Length of the kernel's answer; 0 for an acknowledgement, and for the refusal @accepted. */
static int receive(int netlink, struct nlmsghdr *answer, size_t room, const char *what, int accepted)
{
	ssize_t length = recv(netlink, answer, room, 0);

	if (length < 0)
		fail(what, errno);
	if (!NLMSG_OK(answer, (size_t)length))
		fail(what, EPROTO);
	if (answer->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = NLMSG_DATA(answer);

		if (error->error && error->error != accepted)
			fail(what, -error->error);
		return 0;
	}
	return (int)answer->nlmsg_len;
}

/* The number of the module's family, among the attributes of the answer to CTRL_CMD_GETFAMILY. */
static int family_of(const struct nlmsghdr *answer, int length)
{
	const char *at = (const char *)NLMSG_DATA(answer) + GENL_HDRLEN, *end = (const char *)answer + length;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const struct nlattr *)at;
		unsigned short number;

		if (attribute->nla_len < NLA_HDRLEN || at + attribute->nla_len > end)
			break;
		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID &&
		    attribute->nla_len >= NLA_HDRLEN + (int)sizeof(number)) {
			memcpy(&number, at + NLA_HDRLEN, sizeof(number));
			return number;
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
	fail("finding the module's netlink family", EPROTO);
	return -1;
}

int main(void)
{
	struct request request = { .header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) };
	struct nlattr *name = (struct nlattr *)request.attributes;
	char buffer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *answer = (struct nlmsghdr *)buffer;
	int netlink, length, family;

	if (unshare(CLONE_NEWNET) < 0)
		fail("making a network namespace", errno);
	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (netlink < 0)
		fail("opening a netlink socket", errno);

	name->nla_type = CTRL_ATTR_FAMILY_NAME;
	name->nla_len = (unsigned short)(NLA_HDRLEN + sizeof(FOM_GENL_NAME));
	memcpy((char *)name + NLA_HDRLEN, FOM_GENL_NAME, sizeof(FOM_GENL_NAME));
	request.header.nlmsg_len += NLA_ALIGN(name->nla_len);
	send_request(netlink, &request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	length = receive(netlink, answer, sizeof(buffer), "finding the module's netlink family (is fom.ko loaded?)", 0);
	family = family_of(answer, length);
	(void)receive(netlink, answer, sizeof(buffer), "finding the module's netlink family", 0);

	request.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	send_request(netlink, &request, family, FOM_CMD_NETNS_SET);
	(void)receive(netlink, answer, sizeof(buffer), "handing the namespace to fom.ko", -EEXIST);
	return 0;
}
