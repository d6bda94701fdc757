# One place for what every C++ target of the project is compiled with.
option(FAILOVER_SANITIZE "Address and undefined-behaviour sanitizers" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(failover_options INTERFACE)
target_compile_options(failover_options INTERFACE -Wall -Wextra -Wpedantic -Werror)
target_include_directories(failover_options INTERFACE ${CMAKE_SOURCE_DIR}/lib ${CMAKE_SOURCE_DIR}/kmod/include/uapi)
target_compile_definitions(failover_options INTERFACE _GNU_SOURCE FAILOVER_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # gcc 12 sees overlaps in std::string and frees of empty optionals that are not there (gcc bugs 105651, 105562).
  target_compile_options(failover_options INTERFACE -Wno-restrict -Wno-free-nonheap-object)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # LIBBPF_OPTS of bpf/libbpf_common.h is a statement expression around a compound literal.
  target_compile_options(failover_options INTERFACE -Wno-gnu-statement-expression -Wno-c99-extensions)
endif()
if(FAILOVER_SANITIZE)
  target_compile_options(failover_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(failover_options INTERFACE -fsanitize=address,undefined)
endif()
