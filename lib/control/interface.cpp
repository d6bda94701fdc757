// SPDX-License-Identifier: GPL-2.0-only
#include "control/interface.hpp"

// The assembler puts the file itself into the program, so the contract exists once. It is found through the same
// include path as the headers; daemon/failoverctl/CMakeLists.txt makes this file depend on it.
asm(".pushsection .rodata\n"
    ".global failover_interface_text\n"
    ".global failover_interface_text_end\n"
    "failover_interface_text:\n"
    ".incbin \"control/io.failover.varlink\"\n"
    "failover_interface_text_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char failover_interface_text[];
extern "C" const char failover_interface_text_end[];

namespace failover::control {

std::string_view interface_description() {
	return {failover_interface_text,
		static_cast<std::size_t>(failover_interface_text_end - failover_interface_text)};
}

std::string_view service_interface_description() {
	return R"(# What every Varlink service can tell about itself.
interface org.varlink.service

method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)
method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)
error MethodNotFound (method: string)
error MethodNotImplemented (method: string)
error InvalidParameter (parameter: string)
error PermissionDenied ()
error ExpectedMore ()
)";
}

} // namespace failover::control
