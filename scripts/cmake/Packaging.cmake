# `cmake --build build/release --target package` makes the .deb.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME vf-failover)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_CONTACT "vf-failover developers <vf-failover@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd, udev")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Pairs a guest's passthrough NIC (SR-IOV VF) with its paravirtual one, hides both
behind one device and keeps traffic flowing when the hypervisor takes the VF away
and gives it back. Nothing to configure in the common case.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/postinst
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/prerm
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/postrm
    ${CMAKE_SOURCE_DIR}/daemon/system/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
