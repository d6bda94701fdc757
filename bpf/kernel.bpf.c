// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that read the kernel's own structures, as one object: for each object that does, libbpf parses all types
 * of the kernel, which takes longer than all else at start-up.
 */
#include "tx.tc.bpf.c"
#include "watch.trace.bpf.c"
