# `cmake --build build/release --target package` makes the .debs: vf-failover, and vf-failover-dkms with the modules.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME vf-failover)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each has its own, the first line of its description
set(CPACK_PACKAGE_CONTACT "vf-failover developers <vf-failover@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL daemon dkms)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME vf-failover)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SECTION net)
set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS "systemd, udev")
# Not more than a suggestion: it brings a compiler, and without it nothing is missing but speed.
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS vf-failover-dkms)
set(CPACK_DEBIAN_DAEMON_DESCRIPTION
"${PROJECT_DESCRIPTION}
Pairs a guest's passthrough NIC (SR-IOV VF) with its paravirtual one, hides both
behind one device and keeps traffic flowing when the hypervisor takes the VF away
and gives it back. Nothing to configure in the common case.")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/postinst
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/prerm
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/postrm
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/conffiles)

set(CPACK_DEBIAN_DKMS_PACKAGE_NAME vf-failover-dkms)
set(CPACK_DEBIAN_DKMS_PACKAGE_SECTION kernel)
set(CPACK_DEBIAN_DKMS_PACKAGE_DEPENDS "dkms (>= 3.0), kmod")
set(CPACK_DEBIAN_DKMS_PACKAGE_RECOMMENDS "linux-headers-amd64 | linux-headers-generic | linux-headers")
set(CPACK_DEBIAN_DKMS_PACKAGE_SUGGESTS vf-failover)
set(CPACK_DEBIAN_DKMS_DESCRIPTION
"Guest NIC failover by the kernel: modules for DKMS
In guests whose virtio-net negotiates failover (VIRTIO_NET_F_STANDBY) these modules
take the place of the kernel's net_failover: users see one device from the first
moment on, and no packet is lost when the VF goes. Built on this machine for each
kernel whose headers are installed. Needs no daemon; with that of vf-failover,
failoverctl shows and commands it.")
set(CPACK_DEBIAN_DKMS_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/kmod/package/debian/postinst
    ${CMAKE_SOURCE_DIR}/kmod/package/debian/prerm)
include(CPack)
