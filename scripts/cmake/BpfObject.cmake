# bpf_object(NAME SOURCE [DEFINES...]): compile one BPF program to a CO-RE object and make its libbpf skeleton,
# as an interface target `bpf_NAME` whose users include "NAME.skel.h".
find_program(CLANG_BPF NAMES clang clang-14 clang-16 clang-19 REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin REQUIRED)
find_program(LLVM_STRIP NAMES llvm-strip llvm-strip-14 REQUIRED)

set(BPF_OUT ${CMAKE_BINARY_DIR}/bpf)
file(MAKE_DIRECTORY ${BPF_OUT})

# Types of the running kernel; CO-RE relocates them for the kernel that loads the object. Never committed.
set(VMLINUX_H ${BPF_OUT}/vmlinux.h)
set(FAILOVER_VMLINUX_BTF /sys/kernel/btf/vmlinux CACHE FILEPATH "BTF to take kernel types from")
add_custom_command(OUTPUT ${VMLINUX_H}
  COMMAND ${BPFTOOL} btf dump file ${FAILOVER_VMLINUX_BTF} format c > ${VMLINUX_H}.tmp
  COMMAND ${CMAKE_COMMAND} -E rename ${VMLINUX_H}.tmp ${VMLINUX_H}
  COMMENT "Kernel types for BPF" VERBATIM)
add_custom_target(vmlinux_h DEPENDS ${VMLINUX_H})

string(REGEX MATCH "^(x86_64|aarch64)" bpf_arch ${CMAKE_SYSTEM_PROCESSOR})
string(REPLACE "x86_64" "x86" bpf_arch "${bpf_arch}")
string(REPLACE "aarch64" "arm64" bpf_arch "${bpf_arch}")

function(bpf_object name source)
  set(object ${BPF_OUT}/${name}.bpf.o)
  set(skeleton ${BPF_OUT}/${name}.skel.h)
  list(TRANSFORM ARGN PREPEND -D OUTPUT_VARIABLE defines)
  # -mcpu=v3: clang 14 needs it for the result of atomic operations.
  add_custom_command(OUTPUT ${object}
    COMMAND ${CLANG_BPF} --target=bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-declarations
            -D__TARGET_ARCH_${bpf_arch} ${defines}
            -I${BPF_OUT} -I${CMAKE_SOURCE_DIR}/bpf/include -I${CMAKE_SOURCE_DIR}/kmod/include/uapi
            -MMD -MF ${object}.d -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    COMMAND ${LLVM_STRIP} -g ${object}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source} vmlinux_h ${VMLINUX_H}
    DEPFILE ${object}.d
    COMMENT "BPF ${name}" VERBATIM)
  add_custom_command(OUTPUT ${skeleton}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${skeleton}.tmp
    COMMAND ${CMAKE_COMMAND} -E rename ${skeleton}.tmp ${skeleton}
    DEPENDS ${object} COMMENT "Skeleton ${name}" VERBATIM)
  add_custom_target(bpf_${name}_skel DEPENDS ${skeleton})
  add_library(bpf_${name} INTERFACE)
  add_dependencies(bpf_${name} bpf_${name}_skel)
  target_include_directories(bpf_${name} SYSTEM INTERFACE ${BPF_OUT})
endfunction()
