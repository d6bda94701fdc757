// SPDX-License-Identifier: GPL-2.0-only
#include "sync/features.hpp"

#include "base/places.hpp"
#include "master/feature_memory.hpp"
#include "process/log.hpp"

#include <algorithm>

namespace failover {

namespace {

constexpr const char *kGro = "rx-gro";
// Of the checksum features (NETIF_F_CSUM_MASK) a pair has the general one; a NIC has that, or one for each protocol.
constexpr const char *kAnyChecksum = "tx-checksum-ip-generic";
constexpr const char *kChecksums[] = {"tx-checksum-ipv4", "tx-checksum-ipv6"};

/// In words of the slave. Merging by the NIC itself (LRO) harms what is forwarded and stays off.
FeatureValues for_slave(FeatureValues wishes) {
	if (const auto any = wishes.find(kAnyChecksum); any != wishes.end())
		for (const char *name : kChecksums)
			wishes.try_emplace(name, any->second);
	if (const auto lro = wishes.find("rx-lro"); lro != wishes.end() && lro->second)
		wishes.erase(lro);
	return wishes;
}

std::string words(const FeatureValues &values) {
	std::string text;
	for (const auto &[name, on] : values)
		text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, on ? "on" : "off");
	return text;
}

void remember(const Slave &slave, const FeatureValues &before) {
	if (auto done = remember_features(kRuntimeDir, slave.ifindex, before); !done)
		log::debug("{}: {}", slave.name, done.error().message);
}

void follow(Kernel &kernel, Slave &slave, const FeatureValues &wishes) {
	if (wishes.empty() && slave.features_before.empty())
		return;
	auto now = kernel.hidden_ethtool.features(slave.ifindex);
	if (!now)
		return log::debug("{}: {}", slave.name, now.error().message);
	auto plan = plan_features(wishes, *now, slave.features_before);
	if (plan.set.empty() && plan.before == slave.features_before)
		return;
	// Killed between the two, the next daemon still knows what to give back.
	FeatureValues known = slave.features_before;
	known.insert(plan.before.begin(), plan.before.end());
	remember(slave, known);
	if (!plan.set.empty())
		log::info("{} follows its master: {}", slave.name, words(plan.set));
	if (auto refused = kernel.hidden_ethtool.set_features(slave.ifindex, plan.set))
		for (const auto &refusal : *refused)
			log::debug("{}: {} stays: {}", slave.name, refusal.feature, refusal.reason);
	else
		log::debug("{}: {}", slave.name, refused.error().message);
	slave.features_before = std::move(plan.before);
	remember(slave, slave.features_before);
}

/// Nothing where the master cannot be asked: then nothing is changed.
std::optional<FeatureValues> wishes_now(Kernel &kernel, const Master &master) {
	auto visible = kernel.visible_ethtool.features(master.visible);
	auto port = kernel.hidden_ethtool.features(master.port);
	if (visible && port)
		return feature_wishes(*visible, *port);
	log::debug("{}: {}", master.name, visible ? port.error().message : visible.error().message);
	return std::nullopt;
}

/// No slave has been ready yet. Holds until then, also for a daemon that finishes what one before it began.
bool being_made(Kernel &kernel, const Master &master) {
	const fom_master &entry = kernel.maps.masters().at(master.index);
	return entry.switches == 0 &&
	       std::ranges::none_of(entry.slots, [](const fom_slot &slot) { return slot.flags & FOM_SLOT_READY; });
}

/// A veth end begins without GRO, unlike any NIC: nobody could turn it off for the slaves. It costs a pair nothing,
/// what arrives comes past its queue (bpf_redirect_peer).
void offer_gro(Kernel &kernel, const Master &master) {
	if (auto refused = kernel.visible_ethtool.set_features(master.visible, {{kGro, true}}))
		for (const auto &refusal : *refused)
			log::debug("{}: no GRO: {}", master.name, refusal.reason);
	else
		log::debug("{}: no GRO: {}", master.name, refused.error().message);
}

} // namespace

FeatureValues feature_wishes(const netlink::Features &visible, const netlink::Features &port) {
	FeatureValues wishes;
	for (const auto &name : visible.hardware) {
		const bool on = visible.wanted.contains(name);
		const bool at_first = port.wanted.contains(name) || name == kGro; // offer_gro()
		if (on != at_first)
			wishes[name] = on;
	}
	return wishes;
}

// By what is wanted, not by what is on: scatter-gather that is off takes TSO along, and gives it back by itself.
FeaturePlan plan_features(const FeatureValues &wishes, const netlink::Features &slave, FeatureValues before) {
	FeaturePlan plan;
	const FeatureValues wanted = for_slave(wishes);
	for (const auto &[name, on] : wanted) {
		const bool has = slave.wanted.contains(name);
		if (!slave.hardware.contains(name) || has == on)
			continue;
		plan.set[name] = on;
		before.try_emplace(name, has);
	}
	for (const auto &[name, own] : before)
		if (wanted.contains(name))
			plan.before[name] = own;
		else if (slave.hardware.contains(name) && slave.wanted.contains(name) != own)
			plan.set[name] = own;
	return plan;
}

void ready_features(Kernel &kernel, const Master &master, Slave &slave) {
	slave.features_before.clear(); // the place may have been another's
	remember(slave, {});
	if (being_made(kernel, master))
		offer_gro(kernel, master);
	else if (const auto wishes = wishes_now(kernel, master))
		follow(kernel, slave, *wishes);
}

void sync_features(Kernel &kernel, Master &master) {
	const auto wishes = wishes_now(kernel, master);
	if (!wishes)
		return;
	for (auto &slave : master.slaves)
		if (slave && !slave->gone())
			follow(kernel, *slave, *wishes);
}

void restore_features(Kernel &kernel, Slave &slave) {
	if (!slave.features_before.empty())
		follow(kernel, slave, {});
}

void forget_features(int ifindex) {
	(void)remember_features(kRuntimeDir, ifindex, {});
}

} // namespace failover
