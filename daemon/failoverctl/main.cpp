// SPDX-License-Identifier: GPL-2.0-only
#include "command_line.hpp"

int main(int argc, char **argv) {
	return failover::ctl::run_command(argc, argv);
}
